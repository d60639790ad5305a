"""The page about guards: every guard, every setting, and messages that are what the guards say."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Any

import pytest

from tests import build
from tests.docs import pages
from tests.unit.core.guarding import deletions, refusals, updates
from tests.unit.manifests.manifests import plain
from vodplan import api
from vodplan.core.change import Action, Change
from vodplan.core.guards import RuleMatches
from vodplan.core.origins import refuse_foreign
from vodplan.core.policy import Bound, Policy, Protection
from vodplan.manifests.project_policy import Rules

PAGE = pages.page("docs/guards.md")
MATCH = "00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
TREE = build.tree({"Old": {"Older": {}}})

HELD: dict[str, tuple[Sequence[Change], Policy, dict[str, Any]]] = {
    "max_deletes": (
        deletions(3),
        Policy(max_deletes={"video": Bound(percent=5)}),
        {"managed": {"video": 40}},
    ),
    "max_updates": (updates(40), Policy(max_updates=Bound(percent=30)), {"managed": {"video": 100}}),
    "max_delete_bytes": (
        [
            build.change("video/v1", Action.DELETE, bytes_freed=612_400_000_000),
            *(build.change(f"image/i{number}", Action.DELETE) for number in range(2)),
        ],
        Policy(max_delete_bytes=500 * 10**9),
        {},
    ),
    "managed_dropped": (
        [],
        Policy(max_managed_drop=Bound(percent=50)),
        {"managed": {"video": 1}, "managed_before": {"video": 120}},
    ),
    "rule_limit": ([], Policy(), {"rules": [RuleMatches(name="retire-old-trailers", matches=700, limit=500)]}),
    "rule_growth": (
        [],
        Policy(max_rule_growth=Bound(percent=50)),
        {"rules": [RuleMatches(name="retire-old-trailers", matches=700, limit=None, before=90)]},
    ),
    "protect": (
        [build.change(f"video/v{one}", Action.DELETE, facts={"tags": ["keep"], "category": "Legal"}) for one in (1, 2)],
        Policy(protect=(Protection(any_tags=frozenset({"keep"}), category="Legal"),)),
        {},
    ),
    "category_not_empty": (
        [build.change("category/Old", Action.DELETE, id="1")],
        Policy(),
        {"tree": TREE, "members": {1: build.members("video/v1", "video/v2")}},
    ),
    "nothing_playable": (
        [build.change("video/v1", Action.DELETE_SOURCE)],
        Policy(),
        {"parts": {"v1": build.parts()}},
    ),
    "cover_in_use": (
        [build.change("image/i1", Action.DELETE, facts={"url": "http://h/a.jpg"})],
        Policy(),
        {"covers": {"h/a.jpg": (f"video/{MATCH}",)}},
    ),
}
"""Guard → what it holds in the way that its example shows."""


ASKED = ("foreign",)
"""Guards that a flag asks for, behind the others."""


def sections() -> dict[str, str]:
    """The page's sections by their titles, each as one line of text."""
    return {one.title: re.sub(r"\s+", " ", one.text.replace("\n>", " ")) for one in pages.sections(PAGE)}


@pytest.mark.parametrize("guard", HELD)
def test_guard_says_what_its_section_shows(guard: str) -> None:
    """The example is the message itself, and the section has the guard's name."""
    changes, policy, known = HELD[guard]

    (found,) = refusals(*changes, policy=policy, **known)

    assert found.guard == guard
    assert found.message in sections()[guard]


def test_page_has_a_section_and_a_line_for_every_guard_and_no_other() -> None:
    """A new guard is not done before its page is."""
    table = re.findall(r"^\| \[`(\w+)`\]\(#(\w+)\)", PAGE, re.MULTILINE)

    assert [name for name, anchor in table if name == anchor] == [*HELD, *ASKED]
    assert {title for title in sections() if title in (*HELD, *ASKED) or "_" in title} == {*HELD, *ASKED}


def test_guard_that_is_asked_for_says_what_its_section_shows() -> None:
    """The one that a flag of `plan` adds."""
    origins = {"title": "earlier"}
    changes = [dataclasses.replace(build.change(f"video/v{one}"), origins=origins) for one in (1, 2)]
    plan = dataclasses.replace(build.plan(*changes), base="main (0a1b2c3d4e5f)")

    (found,) = refuse_foreign(plan).guards

    assert found.message in sections()["foreign"]


def test_page_names_every_rule_of_the_policy_that_makes_a_guard() -> None:
    """And every condition of a protection, as the schema has them."""
    definitions = api.schema("project")["$defs"]
    rules = set(definitions["Rules"]["properties"]) - {"require", "tags", "backup"}

    assert {name for name in rules if f"`policy.{name}`" not in PAGE} == set()
    assert {name for name in definitions["Protect"]["properties"] if f"`{name}" not in sections()["protect"]} == set()
    assert {name for name in (*HELD, *ASKED) if f"`{name}`" not in pages.page("docs/plan-file.md")} == set()


def test_example_policy_of_the_page_is_valid() -> None:
    """It can be copied."""
    (block,) = pages.blocks(PAGE, "yaml")

    policy: Any = plain(block)
    assert Rules.model_validate(policy["policy"]).max_delete_bytes == 500 * 10**9
