"""A plan can be reviewed from its text alone, on any terminal, whatever strangers wrote into it."""

from __future__ import annotations

import dataclasses
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.render.plans import (
    OTHER,
    VIDEO,
    a_change,
    a_guard,
    a_missing,
    a_plan,
    a_scheduled,
    full_plan,
)
from vodplan.core.address import Address
from vodplan.core.change import Action
from vodplan.core.diagnostics import SourceRef
from vodplan.core.plan import NotConverging, Plan, Reading, Road
from vodplan.render.canvas import Canvas
from vodplan.render.results import PlanShown
from vodplan.render.text import TextView, plan_text
from vodplan.render.width import cells

SGR = re.compile(r"\x1b\[[0-9;]*m")

CANVASES = [60, 80, 100, 200]


def _text(plan: Plan, *, width: int = 100, color: bool = False, next: str = "") -> str:
    view = TextView(Canvas(width=width, color=color))
    return "".join(view.show(PlanShown(plan=plan, next=next)))


def _block(text: str) -> list[str]:
    """The lines between the target and the summary."""
    return text.split("\n\n")[1].splitlines()


def test_plan_past_the_search_index_says_so_and_why() -> None:
    """One paragraph in the head, with what each of the two gave; what is said is escaped."""
    reading = Reading(road=Road.SEARCH, why="It is \x1b[2Jcheaper.", assets=6_000, by_search=5_900, by_id=100)

    head = _text(dataclasses.replace(a_plan(a_change()), reading=reading)).split("\n\n")[0].splitlines()

    assert head[1:] == [
        "5,900 of 6,000 as wanted by the search index, 100 read by id. It is \\u001b[2Jcheaper.",
    ]


def test_plan_of_a_part_says_so_in_its_head() -> None:
    """What is left out, and how old the live values are, stands above the first change; names are escaped."""
    reading = Reading(why="x", assets=1, by_id=1, since="my\x1b[2J (0a1b2c3d4e5f)", snapshot="2026-06-15T12:00:00Z")

    head = _text(dataclasses.replace(a_plan(a_change()), reading=reading)).split("\n\n")[0].splitlines()

    assert head[1:] == [
        "Only what changed since my\\u001b[2J (0a1b2c3d4e5f)",
        "Live state of 2026-06-15T12:00:00Z, from a snapshot; apply reads again",
    ]


def test_plan_of_everything_has_one_line_in_its_head() -> None:
    """How the values came in is of no interest to a reviewer when it was all of now."""
    plan = dataclasses.replace(a_plan(a_change()), reading=Reading(why="x", assets=1, by_id=1))

    assert _text(plan) == _text(a_plan(a_change()))


def test_plan_update_shows_title_place_and_each_field() -> None:
    """Address, title, file:line, then old and new values."""
    change = a_change(
        before={"title": "Opening match", "category": "News", "cover": ""},
        after={"title": "Opening day", "category": "News/Sports", "cover": "https://a/b.jpg"},
        facts={"title": "Opening match"},
    )

    block = _block(_text(a_plan(change)))

    assert block == [
        f'~ update  video/{VIDEO}  "Opening match"             manifests/news.yaml:12',
        '    title        "Opening match" → "Opening day"',
        "    category     News → News/Sports",
        "    cover        (none) → https://a/b.jpg",
    ]


def test_plan_long_text_shows_the_words_that_differ() -> None:
    """A description is compared in words, and what is far from the change is left out."""
    filler = "and everything that was said about it afterwards in the studio " * 3
    before, after = f"{filler}the old end {filler}", f"{filler}the new end {filler}"

    block = _block(_text(a_plan(a_change(before={"description": before}, after={"description": after}))))

    shown = " ".join(line.removeprefix("    description").strip() for line in block[1:])
    assert "the [-old-]{+new+} end" in shown
    assert (shown[0], shown[-1]) == ("…", "…")
    assert len(shown) < len(before) // 2


def test_plan_long_text_in_color_keeps_its_signs() -> None:
    """Color is never the only thing that tells an old word from a new one."""
    words = "one of the many words that a description has, and some more of them until it is long enough"
    change = a_change(before={"description": words}, after={"description": words.replace("many", "few")})

    colored = _text(a_plan(change), color=True)

    assert "\x1b[31m[-many-]\x1b[0m\x1b[32m{+few+}\x1b[0m" in colored


def test_plan_unrelated_long_texts_stand_below_each_other() -> None:
    """Where there is nothing to compare, the old and the new text are shown whole."""
    old, new = "Rights ended " * 9, "Helicopter and bike cameras " * 5

    block = _block(_text(a_plan(a_change(before={"description": old}, after={"description": new})), width=200))

    assert block[1].startswith('    description  - "Rights ended Rights')
    assert any(line.startswith('                 + "Helicopter and') for line in block)
    assert "[-" not in "".join(block)


def test_plan_tags_show_added_removed_and_how_many_stay() -> None:
    """Tags are a set; a tag with a blank in it is quoted."""
    change = a_change(before={"tags": ["a", "b", "two words"]}, after={"tags": ["b", "c"]})

    assert _block(_text(a_plan(change)))[1] == '    tags         +c -a -"two words" (1 kept)'


def test_plan_cleared_values_say_so() -> None:
    """An empty value is a decision, and shows as one."""
    change = a_change(
        before={"description": "Old", "tags": ["a"], "category": "News"},
        after={"description": "", "tags": [], "category": None},
    )

    assert _block(_text(a_plan(change)))[1:] == [
        '    description  "Old" → (cleared)',
        "    tags         -a (cleared)",
        "    category     News → (cleared)",
    ]


def test_plan_deletion_shows_what_goes_and_why() -> None:
    """Size, duration, day of creation, tags and reason stand below a deletion."""
    change = a_change(
        Action.DELETE,
        address=f"video/{OTHER}",
        before={
            "title": "Concert",
            "tags": ["music"],
            "size": 1_234_567_890,
            "duration": 205.0,
            "created": "2019-05-06T07:08:09Z",
        },
        reason="Licence ended",
        bytes_freed=1_234_567_890,
    )

    text = _text(a_plan(change))

    assert _block(text) == [
        f'- delete  video/{OTHER}  "Concert"                   manifests/news.yaml:12',
        "    goes         1.2 GB, 3:25, created 2019-05-06",
        "    tags         music",
        "    reason       Licence ended",
    ]
    assert "Gone for good: 1 removal, at least 1.2 GB freed.\n" in text


def test_plan_part_deletions_name_streams_and_source() -> None:
    """Each stream with its definition, format, size and job; the source with what stays."""
    streams = a_change(
        Action.DELETE_STREAMS,
        before={"streams": [{"job": "j1", "definition": "HD", "format": "mp4", "size": 50_501_250}]},
    )
    source = a_change(Action.DELETE_SOURCE, before={"source": "present"}, params={"force": True}, certain=False)

    block = _block(_text(a_plan(streams, source)))

    assert block[1] == "    stream       HD mp4      50.5 MB  j1"
    assert block[3] == "    goes         the source file, by force; the streams stay"
    assert block[4] == "    uncertain    the service cannot say whether there is anything left to do"


def test_plan_summary_counts_costs_and_next_command() -> None:
    """The end of the text has the numbers, the calls, the time, and what to type."""
    plan = a_plan(a_change(), scheduled=[a_scheduled()], missing=[a_missing()])

    text = _text(plan, next="vodplan apply plan.json")

    assert text.endswith(
        "Plan: 0 to create, 0 to rename, 1 to update, 0 to delete, 12 unchanged, 1 missing, 1 scheduled.\n"
        "Cost: 3 calls (GetVideoInfos 2, UpdateVideoInfos 1), at least 0.4 s at the allowed rate.\n"
        "Next: vodplan apply plan.json\n"
    )


def test_plan_without_changes_says_so() -> None:
    """An empty plan is one sentence."""
    text = _text(a_plan())

    assert text.endswith("No changes: 0 to create, 0 to rename, 0 to update, 0 to delete, 12 unchanged.\n")


def test_plan_guards_scheduled_and_missing_have_their_sections() -> None:
    """What stands in the way, what waits and what is not there is told with places and settings."""
    text = _text(a_plan(guards=[a_guard(f"video/{OTHER}")], scheduled=[a_scheduled()], missing=[a_missing()]))

    assert "  ! max_deletes: The plan removes 12 things; policy.max_deletes allows 10.\n" in text
    assert "    counted 12, allowed 10, set by policy.max_deletes\n" in text
    assert f"      video/{OTHER}\n" in text
    assert re.search(
        rf"  2026-12-31 delete  video/{OTHER} +manifests/film.yaml:3\n    reason       Licence ends\n", text
    )
    assert re.search(r"  \?  video/ref:cms-000999 +manifests/news.yaml:44\n", text)


def test_plan_fields_that_do_not_converge_have_their_section() -> None:
    """What is left out of the changes is told, with what is live, what is wanted, and where."""
    kept = NotConverging(
        address=Address("video", OTHER),
        field="title",
        wanted="Cup  final",
        live="Cup final",
        source=SourceRef("manifests/film.yaml", 7),
    )

    text = _text(dataclasses.replace(a_plan(), unconverged=(kept,)))

    assert "Does not converge: these were sent before" in text
    assert re.search(rf"  !  video/{OTHER} +manifests/film.yaml:7\n", text)
    assert '    title        "Cup final" → "Cup  final"\n' in text


@pytest.mark.parametrize("width", CANVASES)
@pytest.mark.parametrize("color", [False, True])
def test_plan_any_width_no_line_is_wider(width: int, color: bool) -> None:
    """With Chinese titles and emoji, in color or not, lines end before the terminal does."""
    shown = SGR.sub("", _text(full_plan(), width=width, color=color, next="vodplan apply"))

    too_wide = [line for line in shown.splitlines() if cells(line) > width]
    assert too_wide == []


@pytest.mark.parametrize("width", CANVASES)
def test_plan_places_stand_at_one_right_edge(width: int) -> None:
    """file:line ends in the same column for every change, whatever script its title is in."""
    edges = {cells(line) for line in _text(full_plan(), width=width).splitlines() if re.search(r"\.yaml:\d+$", line)}

    assert edges == {min(width, 132)}


def test_plan_colors_change_nothing_but_color() -> None:
    """Without its color sequences a colored plan says what a plain one says."""
    plan = full_plan()

    assert SGR.sub("", _text(plan, color=True)) == _text(plan)


HOSTILE = "\x1b[2J\u202eevil\u2066\n\r\t\x9b\u200b\x00\ud800"


def test_plan_hostile_values_everywhere_reach_no_terminal() -> None:
    """Titles, tags, reasons, file names, addresses, guards and targets are all strangers' text."""
    before = {"title": HOSTILE, "description": HOSTILE * 9, "tags": [HOSTILE], "category": HOSTILE, HOSTILE: HOSTILE}
    after = {name: value * 2 if isinstance(value, str) else [] for name, value in before.items()}
    plan = a_plan(
        a_change(before=before, after=after, facts={"title": HOSTILE}, file=HOSTILE, reason=HOSTILE),
        a_change(Action.DELETE, address=f"video/{HOSTILE}", before={**before, "status": HOSTILE, "created": HOSTILE}),
        a_change(
            Action.DELETE_STREAMS, before={"streams": [{"job": HOSTILE, "definition": HOSTILE, "format": HOSTILE}]}
        ),
        guards=[a_guard(HOSTILE)],
        target=HOSTILE,
    )

    text = SGR.sub("", _text(plan, color=True, next=HOSTILE))

    assert {unicodedata.category(one) for one in text} & {"Cc", "Cf", "Cs"} == {"Cc"}
    assert {one for one in text if unicodedata.category(one) == "Cc"} == {"\n"}


@given(old=st.text(max_size=300), new=st.text(max_size=300), width=st.sampled_from(CANVASES))
def test_plan_any_texts_lay_out_within_the_width(old: str, new: str, width: int) -> None:
    """No text that a field can hold breaks the layout or fails."""
    shown = _text(
        a_plan(a_change(before={"description": old}, after={"description": new}, facts={"title": old})), width=width
    )

    assert [line for line in shown.splitlines() if cells(line) > width] == []


def test_plan_pieces_come_one_for_each_change() -> None:
    """A plan of many changes is shown while it is laid out, not held back as one text."""
    pieces = TextView(Canvas()).show(PlanShown(plan=a_plan(*[a_change(line=line) for line in range(50)])))

    assert sum("manifests/news.yaml:" in piece for piece in pieces) == 50


def test_plan_ascii_canvas_has_no_arrow() -> None:
    """Where only ASCII can be written, an arrow is drawn with it."""
    view = TextView(Canvas(unicode=False))

    text = "".join(view.show(PlanShown(plan=a_plan(a_change()))))

    assert '"Opening match" -> "The opening match"' in text
    assert text.isascii()


def test_plan_text_function_lays_out_for_the_library() -> None:
    """`vodplan.show` gives the same text as the command."""
    plan = full_plan()

    assert plan_text(plan, width=80) == _text(plan, width=80)
