"""Planning what changed since a git revision, and planning against a snapshot, on the installed command."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.helpers import Ended, Project, actions, no_bug, project, refused, writes
from tests.repositories import commit, git, repository, write
from vodplan import api
from vodplan.emulator import RunningEmulator
from vodplan.emulator.demo import library as demo_library

pytestmark = pytest.mark.e2e

LIVE = {video.id: video for video in demo_library().videos}
VIDEOS = [video.id for video in demo_library().videos if video.media_type == "video"]
NOWHERE = {
    "VODPLAN_ENDPOINT": "http://127.0.0.1:9",
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "",
    "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
}
"""An endpoint where nobody listens, and no keys: what works with it makes no call."""


def manifest(titles: Mapping[str, str], more: str = "") -> str:
    """A manifest with the titles of videos; JSON is YAML."""
    entries = "".join(f"  - {json.dumps({'id': key, 'title': title})}\n" for key, title in titles.items())
    return f"apiVersion: vodplan/v1\n{more}videos:\n{entries}"


def titles(start: int, stop: int) -> dict[str, str]:
    """Live titles of some videos."""
    return {one: LIVE[one].title for one in VIDEOS[start:stop]}


@pytest.fixture
def branch(tmp_path: Path, demo_emulator: RunningEmulator) -> Project:
    """A repository of 200 videos in two files, the first title of each pending; `main` is its first commit."""
    one, two = titles(0, 100), titles(100, 200)
    one[VIDEOS[0]] = two[VIDEOS[100]] = "pending"
    root = repository(
        tmp_path / "library",
        {
            "vodplan.yaml": "apiVersion: vodplan/v1\nstore: sqlite:///../state.db\n",
            "manifests/a.yaml": manifest(one),
            "manifests/b.yaml": manifest(two),
        },
    )
    git(root, "switch", "--quiet", "--create", "branch")
    demo_emulator.clear_calls()
    return project(root, demo_emulator)


def changes(ended: Ended) -> list[str]:
    """The addresses of a plan in JSON."""
    assert ended.code == 0, ended.said
    return [change["address"] for change in ended.document["changes"]]


def addresses(*places: int) -> list[str]:
    """Addresses of videos by their place."""
    return sorted(f"video/{VIDEOS[place]}" for place in places)


def plan(here: Project, *argv: str, **environ: str) -> Ended:
    """A plan of what changed since main, as JSON."""
    return here.call("plan", "--changed-since", "main", "--format", "json", *argv, **environ)


def test_branch_is_planned_by_what_it_changed_and_reads_no_more(
    branch: Project, demo_emulator: RunningEmulator
) -> None:
    """Two entries of 200 were edited, one of them not yet committed: one call, two changes, what is pending left out."""
    edited = titles(0, 100) | {VIDEOS[0]: "pending", VIDEOS[7]: "New title"}
    commit(branch.folder, {"manifests/a.yaml": manifest(edited)})
    write(
        branch.folder, {"manifests/b.yaml": manifest(titles(100, 200) | {VIDEOS[100]: "pending", VIDEOS[150]: "Also"})}
    )
    head = git(branch.folder, "rev-parse", "main")

    planned = branch.run("plan", "--changed-since", "main", "--out", "plan.json")

    no_bug(planned)
    assert planned.code == 0, planned.said
    assert Counter(actions(demo_emulator)) == {"GetVideoInfos": 1}
    lines = planned.out.splitlines()
    assert lines[1] == f"Only what changed since main ({head[:12]})"
    assert [line.split()[2] for line in lines if line.startswith("~ update")] == addresses(7, 150)
    document = json.loads((branch.folder / "plan.json").read_text())
    assert document["reading"]["since"] == f"main ({head[:12]})"
    assert document["managed"]["video"] == 200
    shown = branch.call("show", "plan.json")
    assert shown.out.splitlines()[1] == lines[1]


def test_nothing_changed_needs_no_service_and_no_keys(branch: Project) -> None:
    """Entries that moved to another file, with other comments and layout, are no change; the plan is empty."""
    moved = titles(0, 100) | titles(100, 200) | {VIDEOS[0]: "pending", VIDEOS[100]: "pending"}
    reordered = dict(reversed(moved.items()))
    write(
        branch.folder,
        {"manifests/a.yaml": None, "manifests/b.yaml": None, "manifests/new/c.yaml": "# all\n" + manifest(reordered)},
    )

    planned = branch.run("plan", "--changed-since", "main", "--detailed-exitcode", **NOWHERE)

    assert (planned.code, planned.err) == (0, "")
    assert "No changes: 0 to create" in planned.out


def test_removed_entries_are_counted_and_delete_nothing(branch: Project, demo_emulator: RunningEmulator) -> None:
    """The number stands on stderr; deleting needs state: absent."""
    write(branch.folder, {"manifests/a.yaml": manifest(titles(3, 100)), "manifests/b.yaml": None})

    planned = branch.run("plan", "--changed-since", "main", "--format", "json")

    assert changes(planned) == []
    assert "103 entries of main" in planned.err
    assert "That deletes nothing" in planned.err
    assert actions(demo_emulator) == []


def test_defaults_change_the_entries_that_get_another_value(branch: Project, demo_emulator: RunningEmulator) -> None:
    """An entry with a value of its own is as it was."""
    first = VIDEOS[1]
    text = manifest(titles(0, 100) | {VIDEOS[0]: "pending"}, "defaults: {video: {description: Same for all}}\n")
    own = f'"id": "{first}"'
    commit(branch.folder, {"manifests/a.yaml": text.replace(own, f'{own}, "description": "own"')})
    git(branch.folder, "branch", "--force", "main", "HEAD")
    text = text.replace("Same for all", "Another")
    write(branch.folder, {"manifests/a.yaml": text.replace(own, f'{own}, "description": "own"')})

    planned = plan(branch)

    assert changes(planned) == addresses(0, *range(2, 100))
    assert Counter(actions(demo_emulator)) == {"GetVideoInfos": 5}


def test_category_that_is_still_to_be_made_comes_with_the_video_that_needs_it(
    branch: Project, demo_emulator: RunningEmulator
) -> None:
    """The entry of the category is main's own and was never applied; without it the video has nowhere to go."""
    commit(
        branch.folder, {"manifests/c.yaml": "apiVersion: vodplan/v1\ncategories: [{path: Brand new}, {path: Other}]\n"}
    )
    git(branch.folder, "branch", "--force", "main", "HEAD")
    moved = f'apiVersion: vodplan/v1\nvideos: [{{id: "{VIDEOS[300]}", category: Brand new}}]\n'
    write(branch.folder, {"manifests/d.yaml": moved})

    planned = plan(branch)

    assert changes(planned) == ["category/Brand new", *addresses(300)]
    assert set(actions(demo_emulator)) == {"GetVideoInfos", "GetCategories"}
    assert [len(call.ids) for call in demo_emulator.calls("GetVideoInfos")] == [1]


def test_guards_count_shares_of_all_entries(branch: Project) -> None:
    """60 of 200 are 30 %, though they are all that is planned."""
    write(branch.folder, {"vodplan.yaml": "apiVersion: vodplan/v1\npolicy: {max_updates: 30%}\n"})
    retitled = {one: f"New {one[:4]}" for one in VIDEOS[1:61]}
    write(branch.folder, {"manifests/a.yaml": manifest({**titles(0, 100), VIDEOS[0]: "pending", **retitled})})

    planned = plan(branch)

    assert len(changes(planned)) == 60
    assert planned.document["guards"] == []


def test_filters_narrow_what_changed(branch: Project) -> None:
    """A filter is checked against all entries, so one that fits only what did not change is no mistake."""
    edited = {VIDEOS[0]: "pending", VIDEOS[7]: "New title", VIDEOS[8]: "New title"}
    write(branch.folder, {"manifests/a.yaml": manifest(titles(0, 100) | edited)})

    assert changes(plan(branch, "--only", f"video/{VIDEOS[7]}")) == addresses(7)
    assert changes(plan(branch, "--only", f"video/{VIDEOS[0]}")) == []
    refused(branch.call, "plan", "--changed-since", "main", "--only", "video/nope", code=64, says=["video/nope"])


def test_file_that_was_broken_counts_whole(branch: Project) -> None:
    """What an older state asked for is not known, so all of the file is planned, with a warning that names it."""
    commit(branch.folder, {"manifests/a.yaml": "apiVersion: vodplan/v1\nvideos: [{titel: x}\n"})
    git(branch.folder, "branch", "--force", "main", "HEAD")
    write(branch.folder, {"manifests/a.yaml": manifest(titles(0, 40) | {VIDEOS[0]: "pending", VIDEOS[3]: "x"})})

    planned = plan(branch)

    assert changes(planned) == addresses(0, 3)
    assert planned.document["summary"]["unchanged"] == 38
    assert "manifests/a.yaml of main" in planned.err
    assert "all its entries count as changed" in planned.err


def test_duplicate_across_files_is_found_though_only_one_changed(branch: Project) -> None:
    """All manifests are read and checked."""
    write(branch.folder, {"manifests/new.yaml": manifest(titles(5, 6))})

    refused(branch.call, "plan", "--changed-since", "main", code=3, says=["already has an entry in manifests/a.yaml"])


def test_apply_of_what_changed_writes_only_that(branch: Project, demo_emulator: RunningEmulator) -> None:
    """From the manifests in one step; what was pending stays pending."""
    write(branch.folder, {"manifests/a.yaml": manifest(titles(0, 100) | {VIDEOS[0]: "pending", VIDEOS[7]: "New"})})

    applied = branch.run("apply", "--changed-since", "main", "--auto-approve", "--format", "json")

    assert applied.code == 0, applied.said
    assert [list(call.ids) for call in writes(demo_emulator)] == [[VIDEOS[7]]]
    assert changes(plan(branch)) == []
    assert changes(branch.call("plan", "--format", "json")) == addresses(0, 100)


def test_plan_file_is_applied_as_it_is(branch: Project) -> None:
    """Flags that shape a plan have nothing to shape there, and a run that goes on has its plan."""
    branch.call("plan", "--out", "plan.json")

    refused(
        branch.call,
        *("apply", "plan.json", "--changed-since", "main"),
        code=64,
        says=["--changed-since shapes a plan"],
        next="vodplan plan --changed-since main --out plan.json",
    )
    refused(branch.call, "apply", "--resume", "r", "--changed-since", "main", code=64, says=["--changed-since cannot"])
    refused(branch.call, "apply", "--snapshot", "x", code=64, says=['There is no flag "--snapshot".'])


def test_advice_after_a_plan_keeps_the_revision(branch: Project) -> None:
    """To apply the same part, the command has to name it."""
    write(branch.folder, {"manifests/a.yaml": manifest(titles(0, 100) | {VIDEOS[0]: "pending", VIDEOS[7]: "New"})})

    planned = branch.call("plan", "--changed-since", "main")

    assert planned.out.rstrip().endswith("Next: vodplan apply --changed-since main")


@pytest.mark.parametrize(
    ("ref", "code", "says", "next"),
    [
        ("nowhere", 64, 'no revision "nowhere"', "git fetch origin nowhere:nowhere"),
        ("--output=x", 64, "is no revision of git", "git branch --all"),
        ("main\x1b[2J", 64, "is no revision of git", "git branch --all"),
    ],
)
def test_revision_that_is_not_there_is_refused(branch: Project, ref: str, code: int, says: str, next: str) -> None:
    """With the command that brings it in, in both formats."""
    refused(branch.call, "plan", f"--changed-since={ref}", code=code, says=[says], next=next)


def test_folder_without_git_is_refused(tmp_path: Path) -> None:
    """Everything else works without."""
    here = project(tmp_path)
    here.write(manifest(titles(0, 1)))

    refused(
        here.call,
        *("plan", "--changed-since", "main"),
        code=3,
        says=["is not in a git repository"],
        next="vodplan plan",
        GIT_CEILING_DIRECTORIES=str(tmp_path.parent),
    )


def test_library_gives_all_entries_of_a_revision(branch: Project) -> None:
    """For who plans two revisions against each other; they are as they were, whatever stands in the folder now."""
    write(branch.folder, {"manifests/a.yaml": None, "manifests/b.yaml": manifest(titles(300, 301))})
    workspace = api.load(cwd=branch.folder)

    then = api.load_revision(workspace, "main")
    since = api.changed_since(workspace, "main")

    assert sorted(asset.key for asset in then.assets) == sorted(VIDEOS[:200])
    assert {asset.source.file for asset in then.assets} == {"manifests/a.yaml", "manifests/b.yaml"}
    assert ([asset.key for asset in since.desired.assets], since.removed, since.broken) == ([VIDEOS[300]], 200, {})
    assert since.commit == git(branch.folder, "rev-parse", "main")


def state(path: Path) -> dict[str, Any]:
    """Topic → how many values a snapshot holds."""
    with sqlite3.connect(path) as connection:
        found = dict(connection.execute("SELECT topic, count(*) FROM held GROUP BY topic").fetchall())
    connection.close()
    return found


def test_snapshot_serves_later_plans_without_the_service(branch: Project, demo_emulator: RunningEmulator) -> None:
    """The first plan reads and keeps; the second, after an edit, calls nobody and says how old its values are."""
    first = branch.run("plan", "--snapshot", "live.snapshot", "--format", "json")
    assert changes(first) == addresses(0, 100)
    assert first.document["reading"]["snapshot"] is None
    assert Counter(actions(demo_emulator)) == {"GetVideoInfos": 10}
    assert state(branch.folder / "live.snapshot") == {"asset:video": 200}
    write(branch.folder, {"manifests/a.yaml": manifest(titles(0, 100) | {VIDEOS[7]: "New"})})
    endpoint = branch.environ["VODPLAN_ENDPOINT"]

    again = branch.run("plan", "--snapshot", "live.snapshot", **{**NOWHERE, "VODPLAN_ENDPOINT": endpoint})

    assert again.code == 0, again.said
    created = first.document["created_at"]
    assert f"Live state of {created}, from a snapshot; apply reads again" in again.out.splitlines()
    assert [line.split()[2] for line in again.out.splitlines() if line.startswith("~ update")] == addresses(7, 100)
    assert len(actions(demo_emulator)) == 10


def test_snapshot_grows_by_what_it_lacks(branch: Project, demo_emulator: RunningEmulator) -> None:
    """One video more is one call, and from then on none; a video that is missing stays missing."""
    branch.call("plan", "--snapshot", "s")
    write(branch.folder, {"manifests/c.yaml": manifest({**titles(300, 301), "f" * 32: "Nobody"})})
    demo_emulator.clear_calls()

    for calls in (1, 1):
        planned = branch.call("plan", "--snapshot", "s", "--format", "json")
        assert planned.document["summary"]["missing"] == 1
        assert planned.document["reading"]["assets"] == 202
        assert len(actions(demo_emulator)) == calls


def test_plan_from_an_old_snapshot_is_stale_when_it_is_applied(branch: Project, demo_emulator: RunningEmulator) -> None:
    """apply reads again: what moved since ends it with exit code 5, and nothing is written."""
    branch.call("plan", "--snapshot", "s")
    write(branch.folder, {"manifests/a.yaml": manifest(titles(0, 100) | {VIDEOS[0]: "edited elsewhere"})})
    assert branch.call("apply", "manifests/a.yaml", "--auto-approve").code == 0
    write(branch.folder, {"manifests/a.yaml": manifest(titles(0, 100) | {VIDEOS[0]: "pending"})})
    branch.call("plan", "--snapshot", "s", "--out", "plan.json")
    demo_emulator.clear_calls()

    applied = branch.call("apply", "plan.json", "--auto-approve")

    assert applied.code == 5, applied.said
    assert writes(demo_emulator) == []


def test_snapshot_of_another_target_and_foreign_files_are_refused(
    branch: Project, demo_emulator: RunningEmulator
) -> None:
    """In both formats, before any call, and nothing is written into the file."""
    branch.call("plan", "--snapshot", "s")
    demo_emulator.clear_calls()
    branch.write("{}", "plan.json")

    next_ = "vodplan plan --snapshot live.snapshot"
    elsewhere = {**NOWHERE, "VODPLAN_ENDPOINT": "http://127.0.0.1:9"}
    refused(
        branch.call, "plan", "--snapshot", "s", code=64, says=["is a snapshot of the endpoint"], next=next_, **elsewhere
    )
    refused(branch.call, "plan", "--snapshot", "plan.json", code=3, says=["is no snapshot of vodplan"], next=next_)
    refused(branch.call, "plan", "--snapshot", "manifests", code=64, says=["is not a file"], next=next_)
    assert (branch.folder / "plan.json").read_text() == "{}"
    assert actions(demo_emulator) == []


def test_snapshot_and_revision_go_together(branch: Project, demo_emulator: RunningEmulator) -> None:
    """A branch, planned over and over while it is edited, costs its changes once."""
    write(branch.folder, {"manifests/a.yaml": manifest(titles(0, 100) | {VIDEOS[0]: "pending", VIDEOS[7]: "New"})})

    for _ in range(2):
        assert changes(plan(branch, "--snapshot", "s")) == addresses(7)

    assert Counter(actions(demo_emulator)) == {"GetVideoInfos": 1}
    assert state(branch.folder / "s") == {"asset:video": 1}
