"""Attached media, the fourth kind, by the installed command: everything that works for images works for them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.contract.sdk.clients import CLIENTS
from tests.e2e.helpers import Project, actions, project, refused, writes
from vodplan.emulator import RunningEmulator, running
from vodplan.emulator.demo import library as demo_library

pytestmark = pytest.mark.e2e

LOGO, SUBTITLE, OPENER, OLD_LOGO, *_ = (one.id for one in demo_library().attached)
NOBODY = "0" * 32
ENGLISH, CHINESE, SEASONS = 2000301, 2000302, 2000201

WANTED = f"""\
defaults:
  attached: {{tags: {{add: [brand]}}}}
attached:
  - id: {LOGO}
    title: '角标 "Harbour" & <1>, 100% + 1'
    description: ''
    categories: [Stickers/Seasons, {{id: {CHINESE}}}]
  - id: {SUBTITLE}
    tags: [字幕, en]
    categories: [Subtitles/中文, Subtitles/English]
  - id: {OPENER}
    categories: []
"""
REMOVED = f"""\
attached:
  - {{id: {OLD_LOGO}, state: absent, reason: The old logo}}
  - {{id: "{NOBODY}", state: absent}}
"""


@pytest.fixture
def library(tmp_path: Path, demo_emulator: RunningEmulator) -> Project:
    """An empty project with the demo library behind it."""
    return project(tmp_path, demo_emulator)


def _info(emulator: RunningEmulator, media_id: str) -> dict[str, object]:
    """What the vendor's own SDK reads back."""
    answer = CLIENTS["new"](emulator)("GetAttachedMediaInfo", {"MediaIds": media_id})
    (found,) = answer.body["AttachedMediaList"]
    return dict(found)


def _ids(info: dict[str, object]) -> list[int]:
    listed = info.get("Categories") or []
    assert isinstance(listed, list)
    return sorted(one["CateId"] for one in listed)


def test_wanted_values_are_planned_applied_and_read_back_by_the_vendors_sdk(
    library: Project, demo_emulator: RunningEmulator
) -> None:
    """Titles, tags and several categories of the tree of their own; a second plan is empty."""
    library.manifest(WANTED)
    planned = library.run("plan", "--format", "json").document
    changed = {one["id"]: one for one in planned["changes"]}

    assert [one["address"] for one in planned["changes"]] == [f"attached/{one}" for one in sorted(changed)]
    assert changed[LOGO]["before"]["categories"] == []
    assert changed[LOGO]["after"]["categories"] == ["Stickers/Seasons", "Subtitles/中文"]
    assert changed[OPENER]["before"]["categories"] == ["Video effects/Openers"]

    ran = library.run("apply", "--auto-approve", "--format", "json")

    assert (ran.code, ran.document["converged"]) == (0, True), ran.said
    logo, subtitle, opener = (_info(demo_emulator, one) for one in (LOGO, SUBTITLE, OPENER))
    assert (logo["Title"], logo["Tags"], _ids(logo)) == ('角标 "Harbour" & <1>, 100% + 1', "brand", [SEASONS, CHINESE])
    assert "Description" not in logo
    assert (subtitle["Tags"], _ids(subtitle)) == ("字幕,en", [ENGLISH, CHINESE])
    assert _ids(opener) == []
    assert library.run("plan", "--detailed-exitcode").code == 0


def test_plan_and_apply_take_the_calls_that_batches_need(library: Project, demo_emulator: RunningEmulator) -> None:
    """One read and one tree to plan; the same again, one write and the read-back to apply; no tree of the videos."""
    entries = [{"id": one.id, "title": f"N {place}"} for place, one in enumerate(demo_library().attached)]
    library.manifest("attached:\n" + "".join(f"  - {json.dumps(one)}\n" for one in entries))
    demo_emulator.clear_calls()
    planned = library.run("plan", "--format", "json").document

    assert Counter(actions(demo_emulator)) == {"GetAttachedMediaInfo": 2}

    demo_emulator.clear_calls()
    assert library.run("apply", "--auto-approve").code == 0

    calls = Counter(actions(demo_emulator))
    assert calls == {"GetAttachedMediaInfo": 6, "UpdateAttachedMediaInfos": 2}
    assert planned["cost"]["calls"] == {"GetAttachedMediaInfo": 4, "UpdateAttachedMediaInfos": 2}


def test_only_the_tree_of_their_own_is_read(library: Project, demo_emulator: RunningEmulator) -> None:
    """Categories of videos say nothing about attached media."""
    library.manifest(f"attached:\n  - {{id: {SUBTITLE}, categories: [Subtitles/English]}}\n")
    demo_emulator.clear_calls()

    assert library.run("plan", "--detailed-exitcode").code == 0
    assert Counter(actions(demo_emulator)) == {"GetAttachedMediaInfo": 1, "GetCategories": 4}


def test_deletion_shows_what_goes_is_guarded_done_and_final(library: Project, demo_emulator: RunningEmulator) -> None:
    """One that is gone already costs nothing; updates come first."""
    library.manifest(WANTED, "manifests/b.yaml")
    library.manifest(REMOVED)
    shown = library.run("plan").out
    assert "The old logo" in shown
    assert f"attached/{OLD_LOGO}" in shown

    refused(library.run, "apply", "--auto-approve", code=4, says=["--allow-deletes"])
    library.write("policy: {protect: [{ids: [attached/" + OLD_LOGO + "]}]}\napiVersion: vodplan/v1\n", "vodplan.yaml")
    refused(library.run, "apply", "--auto-approve", "--allow-deletes", "1", code=4, says=["protect"])
    library.write("policy: {max_deletes: {attached: 0}}\napiVersion: vodplan/v1\n", "vodplan.yaml")
    refused(
        library.run, "apply", "--auto-approve", "--allow-deletes", "1", code=4, says=["policy.max_deletes.attached"]
    )
    assert writes(demo_emulator) == []
    library.write("policy: {max_deletes: {attached: 1}}\napiVersion: vodplan/v1\n", "vodplan.yaml")

    ran = library.run("apply", "--auto-approve", "--allow-deletes", "1", "--format", "json")

    assert (ran.code, ran.document["converged"]) == (0, True), ran.said
    assert [one.action for one in writes(demo_emulator)] == ["UpdateAttachedMediaInfos", "DeleteAttachedMedia"]
    gone = CLIENTS["new"](demo_emulator)("GetAttachedMediaInfo", {"MediaIds": OLD_LOGO}).body
    assert gone["NonExistMediaIds"] == [OLD_LOGO]
    assert library.run("plan", "--detailed-exitcode").code == 0


def test_protected_category_is_one_of_their_own_tree(library: Project) -> None:
    """What stands in a protected category is not deleted, one of several or below it."""
    library.write("policy: {protect: [{category: Subtitles}]}\napiVersion: vodplan/v1\n", "vodplan.yaml")
    library.manifest(f"attached:\n  - {{id: {SUBTITLE}, state: absent}}\n")

    refused(library.run, "apply", "--auto-approve", "--allow-deletes", "1", code=4, says=["category: Subtitles"])


def test_undo_puts_every_value_back(library: Project, demo_emulator: RunningEmulator) -> None:
    """Two categories become one again."""
    before = _info(demo_emulator, SUBTITLE)
    library.manifest(f"attached:\n  - {{id: {SUBTITLE}, title: Other, categories: [Stickers, Subtitles/中文]}}\n")
    assert library.run("apply", "--auto-approve").code == 0
    run = library.run("history", "--format", "json").document["runs"][0]["id"]

    assert library.run("undo", run, "--out", "undo.json").code == 0
    assert library.run("apply", "undo.json", "--auto-approve").code == 0

    after = _info(demo_emulator, SUBTITLE)
    assert {**after, "ModificationTime": "", "URL": ""} == {**before, "ModificationTime": "", "URL": ""}


def test_drift_is_told_and_taken_over(library: Project, demo_emulator: RunningEmulator) -> None:
    """Somebody moved it in the console; `--accept` writes the new categories into the manifest."""
    path = library.manifest(f"attached:\n  - id: {SUBTITLE}  # keep\n    categories: [Subtitles/English]\n")
    content = json.dumps([{"MediaId": SUBTITLE, "CateIds": f"{CHINESE},{SEASONS}"}])
    CLIENTS["new"](demo_emulator)("UpdateAttachedMediaInfos", {"UpdateContent": content})
    found = library.run("drift", "--format", "json").document["items"]

    assert [(one["field"], one["live"]) for one in found] == [("categories", ["Stickers/Seasons", "Subtitles/中文"])]

    assert library.run("drift", "--accept", f"attached/{SUBTITLE}").code == 0
    assert "# keep" in path.read_text(encoding="utf-8")
    assert library.run("drift").code == 0


def test_export_then_plan_is_empty_and_nothing_is_unmanaged(tmp_path: Path) -> None:
    """All thirty, by the category they stand in; no category of their tree becomes an entry of `categories:`."""
    with running(tmp_path / "library.db", demo=True) as emulator:
        here = project(tmp_path / "here", emulator)
        here.folder.mkdir()
        here.manifest(f"attached:\n  - {{id: {LOGO}, title: x}}\n", "one/a.yaml")
        before = here.run("unmanaged", "one", "--format", "json").document
        assert here.run("export", "--format", "json").document["entries"]["attached"] == 30

        assert before["by_kind"]["attached"]["assets"] == 29
        assert sorted(one.name for one in (here.folder / "manifests/attached").rglob("*.yaml")) == [
            "English.yaml",
            "Openers.yaml",
            "_uncategorized.yaml",
        ]
        assert "Subtitles" not in (here.folder / "manifests/categories.yaml").read_text(encoding="utf-8")
        assert here.run("plan", "--detailed-exitcode").code == 0
        assert here.run("unmanaged", "--format", "json").document["unmanaged"]["assets"] == 0


def test_rule_finds_them_by_their_own_category(library: Project) -> None:
    """`select` shows what the rule changes: what stands at the path of the tree `material`, or below it."""
    found = library.run("select", "kind: attached, category: Subtitles, title: {contains: episode}", "--format", "json")
    library.manifest(
        "rules:\n  - name: english\n    select: {kind: attached, category: Subtitles}\n"
        "    set: {tags: {add: [en]}, categories: [Subtitles/中文]}\n"
    )
    planned = library.run("plan", "--format", "json").document

    addresses = {one["address"] for one in found.document["assets"]}
    assert len(addresses) == 10
    assert {one["address"] for one in planned["changes"]} == addresses
    assert planned["changes"][0]["after"] == {"categories": ["Subtitles/中文"], "tags": ["subtitle", "en"]}


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("categories: [News/Sports]", "material tree has no category"),
        ("categories: [Subtitles/Englisch]", "Subtitles/English"),
        ("categories: [{id: 1000101}]", "has no category with the id 1000101"),
    ],
)
def test_category_that_is_not_of_their_tree_is_refused_by_the_plan(library: Project, entry: str, says: str) -> None:
    """Nothing is made in that tree, so a wrong path can only be a mistake."""
    library.manifest(f"attached:\n  - {{id: {SUBTITLE}, {entry}}}\n")

    refused(library.run, "plan", code=3, says=["VP301", says], at="manifests/a.yaml:3:5")


def test_review_page_shows_them(library: Project) -> None:
    """Values of several categories stand on the page as paths."""
    library.manifest(WANTED)

    page = library.run("plan", "--format", "html").out
    assert "Stickers/Seasons" in page
    assert f"attached/{LOGO}" in page
