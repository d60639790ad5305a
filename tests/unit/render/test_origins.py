"""Where changes come from, in every format that shows plans."""

from __future__ import annotations

import dataclasses

import pytest

from tests.unit.render.plans import a_change, a_plan
from tests.unit.render.test_hosts import HOSTILE
from vodplan.core.change import Action, Change
from vodplan.core.plan import Plan, Reading
from vodplan.render.canvas import Canvas
from vodplan.render.escape import markdown
from vodplan.render.origins import origin_words, origins_told
from vodplan.render.results import PlanShown
from vodplan.render.views import view_for


def labelled(change: Change, **origins: str) -> Change:
    """A change with the origins of its fields."""
    return dataclasses.replace(change, origins=origins)


MINE = labelled(a_change(), title="branch")
MIXED = labelled(
    a_change(before={"title": "a", "tags": ["x"]}, after={"title": "b", "tags": ["y"]}), title="console", tags="branch"
)
GONE = labelled(a_change(Action.DELETE, before={"title": "a"}), state="pending")


def beside(base: str = "main (0a1b2c3d4e5f)") -> Plan:
    """A plan with three changes, beside a base."""
    return dataclasses.replace(a_plan(MINE, MIXED, GONE), base=base, reading=Reading(why="w", assets=3, by_id=3))


def shown(name: str, plan: Plan) -> str:
    """A plan in a format, in lines that do not wrap."""
    return "".join(view_for(name, Canvas(width=400)).show(PlanShown(plan=plan)))


def test_origin_words_name_fields_only_where_they_differ() -> None:
    """One label for the change, or one for each field."""
    assert origin_words({"title": "branch", "tags": "branch"}) == "from this branch"
    assert origin_words(MIXED.origins) == "title: edited in the console since; tags: from this branch"
    assert origin_words({"title": "earlier"}) == "pending before it, or edited since"


def test_origins_told_count_changes_for_each_origin_they_have() -> None:
    """A change with two counts for both; a plan without changes says so."""
    told = "Beside main: 2 from this branch, 1 pending before it, 1 edited in the console since"
    assert origins_told([MINE, MIXED, GONE], "main") == told
    assert origins_told([], "main") == "Beside main: nothing changes"


@pytest.mark.parametrize("name", ["text", "markdown", "github", "html"])
def test_every_format_for_people_has_the_labels_and_their_counts(name: str) -> None:
    """Per change where they are alike, per field where they are not."""
    text = shown(name, beside())

    assert "2 from this branch, 1 pending before it, 1 edited in the console since" in text
    assert "title: edited in the console since; tags: from this branch" in text
    assert "from this branch" not in shown(name, a_plan(a_change()))


def test_github_annotations_have_the_origin_of_a_removal() -> None:
    """Beside the line of the manifest, and in the notice."""
    commands = [line for line in shown("github", beside()).splitlines() if line.startswith("::")]

    assert any(line.startswith("::warning") and line.endswith("(pending before it)") for line in commands)
    assert any(line.startswith("::notice") and "1 pending before it" in line for line in commands)


@pytest.mark.parametrize("name", ["text", "markdown", "github", "html"])
@pytest.mark.parametrize("base", [one for one in HOSTILE if "\ud800" not in one])
def test_hostile_name_of_a_base_breaks_no_format(name: str, base: str) -> None:
    """A revision is named by whoever starts the command, and branches by strangers."""
    text, plain = shown(name, beside(base)), shown(name, beside())

    assert "\x1b" not in text
    match name:
        case "github":
            commands = [line for line in text.split("\n") if line.lstrip().startswith("::")]
            assert len(commands) == plain.count("\n::")
            assert "##[" not in text
        case "html":
            assert text.count("<b>") == plain.count("<b>")
        case "markdown":
            assert f"Beside {markdown(base)}: " in text
        case _:
            assert text.splitlines()[-10:] == plain.splitlines()[-10:]
