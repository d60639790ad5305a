"""Rules on the installed command: found, frozen, applied, limited, and tried with `select`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.helpers import Project, actions, project, writes
from vodplan.emulator import RunningEmulator

pytestmark = pytest.mark.e2e

RULES = """\
apiVersion: vodplan/v1
rules:
  - name: archive-trailers
    select: {kind: video, tags: {any: [trailer]}, created: {before: 2026-01-01}}
    set: {tags: {add: [archived]}}
"""
REMOVAL = """\
apiVersion: vodplan/v1
rules:
  - name: retire
    select: {kind: video, category: Film/Trailers, size: {max: 60MB}}
    state: absent
    limit: LIMIT
    reason: Too small
"""


@pytest.fixture
def library(tmp_path: Path, demo_emulator: RunningEmulator) -> Project:
    """A project on the demo library."""
    return project(tmp_path, demo_emulator)


def selected(library: Project, selector: str) -> list[str]:
    """The addresses that `select` shows."""
    return [one["address"] for one in library.call("select", selector, "--format", "json").document["assets"]]


def test_rule_from_try_to_second_plan(library: Project, demo_emulator: RunningEmulator) -> None:
    """What select shows is what the plan changes, and once it is applied nothing is left to do."""
    library.write(RULES)
    shown = selected(library, "kind: video, tags: {any: [trailer]}, created: {before: 2026-01-01}")

    planned = library.call("plan", "--out", "plan.json", "--format", "json")
    plan = planned.document
    lacking = {one["address"] for one in plan["changes"]}

    assert planned.code == 0
    assert shown
    assert lacking <= set(shown)
    assert plan["summary"]["unchanged"] == len(shown) - len(lacking)
    assert {one["rule"] for one in plan["changes"]} == {"archive-trailers"}
    assert plan["rules"] == [
        {
            "name": "archive-trailers",
            "query": "kind: video; tags: any of trailer; created before 2026-01-01",
            "matches": len(shown),
            "limit": None,
            "source": {"file": "manifests/a.yaml", "line": 3},
        }
    ]
    assert library.call("apply", "plan.json", "--auto-approve").code == 0
    assert library.call("plan", "--format", "json").document["changes"] == []
    assert len(selected(library, "kind: video, tags: {all: [trailer, archived]}")) >= len(shown)


def test_apply_touches_what_the_plan_holds_and_looks_for_no_others(
    library: Project, demo_emulator: RunningEmulator
) -> None:
    """A video that begins to fit after the plan is left to the next plan; apply does not search."""
    library.write(RULES)
    library.call("plan", "--out", "plan.json")
    (other,) = selected(library, "kind: video, tags: {none: [trailer]}, created: {before: 2026-01-01}")[:1]
    demo_emulator.edit_video(other.removeprefix("video/"), {"Tags": "trailer"})
    demo_emulator.clear_calls()

    assert library.call("apply", "plan.json", "--auto-approve").code == 0

    assert "SearchMedia" not in actions(demo_emulator)
    (left,) = library.call("plan", "--format", "json").document["changes"]
    assert left["address"] == other


def test_removal_over_its_limit_is_held(library: Project, demo_emulator: RunningEmulator) -> None:
    """The plan is shown, with its limit, and neither plan nor apply goes on."""
    count = len(selected(library, "kind: video, category: Film/Trailers, size: {max: 60MB}"))
    library.write(REMOVAL.replace("LIMIT", str(count - 1)))

    planned = library.call("plan", "--format", "json")
    (guard,) = planned.document["guards"]
    assert planned.code == 4
    assert guard["message"] == f'The rule "retire" finds {count} assets; its limit allows {count - 1}.'
    assert library.call("apply", "--auto-approve", "--allow-deletes", str(count)).code == 4
    assert writes(demo_emulator) == []

    library.write(REMOVAL.replace("LIMIT", str(count)))
    applied = library.call("apply", "--auto-approve", "--allow-deletes", str(count))

    assert applied.code == 0, applied.said
    assert selected(library, "kind: video, category: Film/Trailers, size: {max: 60MB}") == []


def test_rule_that_finds_far_more_than_last_time_is_held(library: Project) -> None:
    """The store remembers what it found; a wider selector needs approval."""
    library.write("apiVersion: vodplan/v1\npolicy: {max_rule_growth: 50%}\n".replace("50%", '"50%"'), "vodplan.yaml")
    library.write(RULES.replace("kind: video,", "kind: video, category: Film/Trailers/2024,"))
    assert library.call("apply", "--auto-approve").code == 0

    library.write(RULES.replace("kind: video, tags: {any: [trailer]},", "kind: video,"))

    planned = library.call("plan", "--format", "json")
    assert planned.code == 4
    assert [one["guard"] for one in planned.document["guards"]] == ["rule_growth"]


def test_rules_that_contradict_each_other_are_an_error_with_both_places(library: Project) -> None:
    """Nothing is planned by chance."""
    library.write(RULES + RULES.partition("rules:\n")[2].replace("archive-trailers", "b").replace("archived", "old"))

    ended = library.call("plan", "--format", "json")

    assert ended.code == 3
    (one,) = ended.document["error"]["diagnostics"]
    assert one["code"] == "VP307"
    assert one["line"] == 6
    assert "manifests/a.yaml:3" in one["detail"]


def test_mistake_in_what_a_rule_sets_is_told_once(library: Project) -> None:
    """Not once for each asset that the rule finds; another rule's is another."""
    library.write(
        "apiVersion: vodplan/v1\nrules:\n"
        "  - {name: a, select: {kind: video, category: Film/Trailers}, set: {category: Nowhere}}\n"
        "  - {name: b, select: {kind: video, category: News}, set: {category: Nowhere}}\n"
    )

    ended = library.call("plan", "--format", "json")

    assert ended.code == 3
    told = [(one["code"], one["line"]) for one in ended.document["error"]["diagnostics"]]
    assert told == [("VP301", 3), ("VP301", 4)]
    assert ended.document["error"]["message"] == "2 errors in the manifests."


@pytest.mark.parametrize(
    ("selector", "says"),
    [
        ("", "kind"),
        ("kind: video", "no condition"),
        ("kind: movie, category: News", "'video', 'image' or 'attached'"),
        ("kind: video, categry: News", 'Did you mean "category"'),
        ("kind: [", "value is expected"),
        ("{kind: video, title: {contains: '\x1b[2J'}}", "Character not allowed"),
        ("&a [*a]", "alias"),
    ],
)
def test_selector_that_is_wrong_exits_3_and_asks_nobody(
    selector: str, says: str, library: Project, demo_emulator: RunningEmulator
) -> None:
    """With the place in the selector."""
    ended = library.call("select", selector)

    assert ended.code == 3
    assert says.lower() in ended.said.lower().replace("\n", " ")
    assert "selector:1:" in ended.said
    assert demo_emulator.calls() == []


def test_select_finds_nothing_in_a_category_that_is_not_there(library: Project) -> None:
    """That is an answer, not an error."""
    ended = library.call("select", "kind: video, category: Nowhere")

    assert (ended.code, ended.out.splitlines()[-1]) == (0, "0 assets.")


def test_only_chooses_among_what_was_found(library: Project) -> None:
    """The rule still counts all of it."""
    library.write(RULES)
    found = json.loads(library.call("plan", "--format", "json").out)
    one = found["changes"][0]["address"]

    plan = library.call("plan", "--only", one, "--format", "json").document

    assert [change["address"] for change in plan["changes"]] == [one]
    assert plan["rules"] == found["rules"]


def test_calls_of_a_rule_are_pages_and_batches(library: Project, demo_emulator: RunningEmulator) -> None:
    """The search is one page of 100 each, and what it names is read once, 20 at a time."""
    library.write(RULES)
    count = len(selected(library, "kind: video, tags: {any: [trailer]}, created: {before: 2026-01-01}"))
    demo_emulator.clear_calls()

    library.call("plan")

    calls = actions(demo_emulator)
    assert calls.count("GetVideoInfos") == -(-count // 20)
    assert calls.count("SearchMedia") == -(-count // 100) + 1
