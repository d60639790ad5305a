"""Whose change is it: three labels, told from git, the library and the history of runs, on the installed command."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.e2e.helpers import Project, actions, project, refused
from vodplan.emulator import RunningEmulator

pytestmark = pytest.mark.e2e


def git(folder: Path, *argv: str) -> str:
    """Run git as somebody with a name."""
    who = ["-c", "user.name=Editor", "-c", "user.email=editor@example.com", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *who, *argv], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def manifest(titles: dict[str, str]) -> str:
    """Videos with their titles."""
    return "videos:\n" + "".join(f"  - {{id: {one}, title: {title}}}\n" for one, title in titles.items())


@pytest.fixture
def library(tmp_path: Path, demo_emulator: RunningEmulator) -> tuple[Project, list[str]]:
    """A repository with three managed videos, applied; and their ids."""
    made = project(tmp_path, demo_emulator)
    found = made.call("select", "kind: video, status: [Normal]", "--format", "json").document["assets"][:3]
    ids = [one["id"] if "id" in one else one["address"].removeprefix("video/") for one in found]
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / ".gitignore").write_text(".vodplan/\n")
    made.manifest(manifest({one: f"First {place}" for place, one in enumerate(ids)}))
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    assert made.call("apply", "--auto-approve").code == 0
    return made, ids


def labels(made: Project, *argv: str) -> dict[str, dict[str, str]]:
    """Address → field → origin, of a plan."""
    plan = made.call("plan", "--format", "json", *argv).document
    return {one["address"]: one["origins"] for one in plan["changes"]}


def test_three_labels_from_the_first_merge_to_a_console_edit(
    library: tuple[Project, list[str]], demo_emulator: RunningEmulator
) -> None:
    """One video is changed by the branch, one was merged and never applied, one was edited by hand."""
    made, ids = library
    mine, pending, edited = ids
    titles = {mine: "First 0", pending: "Merged", edited: "First 2"}
    made.manifest(manifest(titles))
    git(made.folder, "commit", "-qam", "merged, not applied")
    git(made.folder, "switch", "-qc", "branch")
    made.manifest(manifest({**titles, mine: "Mine"}))
    demo_emulator.edit_video(edited, {"Title": "By hand"})

    assert labels(made, "--base", "main") == {
        f"video/{mine}": {"title": "branch"},
        f"video/{pending}": {"title": "pending"},
        f"video/{edited}": {"title": "console"},
    }
    text = made.call("plan", "--base", "main").out
    assert "1 from this branch, 1 pending before it, 1 edited in the console since" in " ".join(text.split())
    markdown = made.call("plan", "--base", "main", "--format", "markdown").out
    assert "edited in the console since" in markdown
    assert "edited in the console since" in made.call("plan", "--base", "main", "--format", "html").out


def test_foreign_changes_are_held_for_plan_and_for_apply(library: tuple[Project, list[str]]) -> None:
    """Saved and shown, and refused; the branch alone passes."""
    made, ids = library
    titles = {one: f"First {place}" for place, one in enumerate(ids)}
    made.manifest(manifest({**titles, ids[1]: "Merged"}))
    git(made.folder, "commit", "-qam", "merged, not applied")
    made.manifest(manifest({**titles, ids[0]: "Mine", ids[1]: "Merged"}))

    held = made.call("plan", "--base", "HEAD", "--fail-on-foreign", "--out", "plan.json", "--format", "json")

    assert held.code == 4
    (guard,) = held.document["guards"]
    assert (guard["guard"], guard["addresses"]) == ("foreign", [f"video/{ids[1]}"])
    assert made.call("apply", "plan.json", "--auto-approve").code == 4
    assert made.call("plan", "--base", "HEAD~1", "--fail-on-foreign").code == 0


def test_without_a_history_nothing_is_claimed(library: tuple[Project, list[str]]) -> None:
    """A runner without the store sees that it is older, and no more."""
    made, ids = library
    made.manifest(manifest({ids[0]: "Merged"}))
    git(made.folder, "commit", "-qam", "merged")

    assert labels(made, "--base", "HEAD") == {f"video/{ids[0]}": {"title": "pending"}}
    elsewhere = made.call("plan", "--base", "HEAD", "--format", "json", VODPLAN_STORE="sqlite:///elsewhere.db").document
    assert [one["origins"] for one in elsewhere["changes"]] == [{"title": "earlier"}]
    assert not (made.folder / "elsewhere.db").exists()


def test_base_costs_no_call(library: tuple[Project, list[str]], demo_emulator: RunningEmulator) -> None:
    """The library is read once for both."""
    made, ids = library
    made.manifest(manifest({ids[0]: "Mine"}))
    demo_emulator.clear_calls()
    made.call("plan")
    plain = actions(demo_emulator)
    demo_emulator.clear_calls()

    made.call("plan", "--base", "HEAD")

    assert actions(demo_emulator) == plain


def test_unknown_base_and_flag_without_it_are_refused_before_any_call(
    library: tuple[Project, list[str]], demo_emulator: RunningEmulator
) -> None:
    """With what to do next."""
    made, _ = library
    demo_emulator.clear_calls()

    refused(made.call, "plan", "--base", "nowhere", code=64, says=("nowhere",), next="git fetch")
    refused(made.call, "plan", "--fail-on-foreign", code=64, says=("--base",), next="vodplan plan --base")
    assert demo_emulator.calls() == []


def test_base_with_a_manifest_that_cannot_be_read_is_refused(library: tuple[Project, list[str]]) -> None:
    """Its changes could be anybody's."""
    made, ids = library
    made.manifest("videos: [{id: x, titel: y}]\n")
    git(made.folder, "commit", "-qam", "broken")
    made.manifest(manifest({ids[0]: "Mine"}))

    refused(made.call, "plan", "--base", "HEAD", code=3, says=("a.yaml",), next="git show")


def test_labels_are_the_same_for_every_way_to_plan_less(library: tuple[Project, list[str]], tmp_path: Path) -> None:
    """Labels are those of the whole plan, whatever part is planned and however it is read."""
    made, ids = library
    titles = {one: f"First {place}" for place, one in enumerate(ids)}
    made.manifest(manifest({**titles, ids[1]: "Merged"}))
    git(made.folder, "commit", "-qam", "merged, not applied")
    made.manifest(manifest({**titles, ids[0]: "Mine", ids[1]: "Merged"}))
    mine, pending = {f"video/{ids[0]}": {"title": "branch"}}, {f"video/{ids[1]}": {"title": "pending"}}

    assert labels(made, "--base", "HEAD", "--changed-since", "HEAD") == mine
    assert labels(made, "--base", "HEAD", "--only", f"video/{ids[1]}") == pending
    assert labels(made, "--base", "HEAD", "--exclude", f"video/{ids[1]}") == mine
    assert labels(made, "--base", "HEAD", "--read-by", "search") == {**mine, **pending}
    kept = ("--base", "HEAD", "--snapshot", str(tmp_path / "live.snapshot"))
    assert labels(made, *kept) == labels(made, *kept) == {**mine, **pending}
    assert made.call("plan", "--base", "HEAD", "--changed-since", "HEAD", "--fail-on-foreign").code == 0


def test_entry_in_another_file_is_the_same_entry_when_only_that_file_is_planned(
    library: tuple[Project, list[str]],
) -> None:
    """It is looked for in all manifests of the base."""
    made, ids = library
    made.manifest(manifest({ids[0]: "Merged"}))
    git(made.folder, "commit", "-qam", "merged, not applied")
    here = next(made.folder.glob("manifests/*.yaml"))
    here.rename(here.with_name("moved.yaml"))

    assert labels(made, "manifests/moved.yaml", "--base", "HEAD") == {f"video/{ids[0]}": {"title": "pending"}}


def test_saved_plan_with_labels_is_shown_and_applied_like_any_other(library: tuple[Project, list[str]]) -> None:
    """Labels are in the file, and apply does not decide by them."""
    made, ids = library
    made.manifest(manifest({ids[0]: "Mine"}))

    assert made.call("plan", "--base", "HEAD", "--fail-on-foreign", "--out", "plan.json").code == 0
    assert "1 from this branch" in " ".join(made.call("show", "plan.json").out.split())
    assert made.call("apply", "plan.json", "--auto-approve").code == 0
    assert labels(made, "--base", "HEAD") == {}


def test_removed_entry_that_the_base_would_change_is_in_no_plan(library: tuple[Project, list[str]]) -> None:
    """So it is foreign to nobody."""
    made, ids = library
    made.manifest(manifest({ids[0]: "Merged", ids[1]: "First 1"}))
    git(made.folder, "commit", "-qam", "merged, not applied")
    made.manifest(manifest({ids[1]: "Mine"}))

    assert labels(made, "--base", "HEAD", "--fail-on-foreign") == {f"video/{ids[1]}": {"title": "branch"}}
