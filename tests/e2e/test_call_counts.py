"""What the service sees of a run, by the emulator's call log: no more reads than batches need, no write that is not in the
plan, nothing at all when there is nothing to do; and the guards that keep a plan from being carried out."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import vodplan
from tests.contract.sdk.clients import CLIENTS
from tests.e2e.helpers import HEAD, Project, actions, keys, next_step, project, refused, terminal, writes
from vodplan.emulator import EmulatorSettings, RunningEmulator, running
from vodplan.emulator.demo import library as demo_library
from vodplan.emulator.faults import FaultRule

pytestmark = pytest.mark.e2e

OPENING = "00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
CONCERT = "11f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
OLD = "12f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
FOG = "22f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
AURORA = "23f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
VIDEOS = [video.id for video in demo_library().videos if video.media_type == "video"]
TIDY = VIDEOS[:45]


@pytest.fixture
def library(tmp_path: Path, demo_emulator: RunningEmulator) -> Project:
    """An empty project with the demo library behind it."""
    return project(tmp_path, demo_emulator)


def _entries(*entries: dict[str, Any], kind: str = "videos") -> str:
    """Entries of a manifest, or more of them for an empty kind; JSON is YAML."""
    return (f"{kind}:\n" if kind else "") + "".join(
        f"  - {json.dumps(entry, ensure_ascii=False)}\n" for entry in entries
    )


def _retitled(count: int) -> str:
    return _entries(*({"id": one, "title": f"Episode {number}"} for number, one in enumerate(VIDEOS[:count], 1)))


def test_planning_1000_videos_reads_50_times_and_writes_nothing(
    library: Project, demo_emulator: RunningEmulator
) -> None:
    """Batches of 20, each video once, whatever differs; nothing else is read when no entry names a category."""
    live = {video.id: video for video in demo_library().videos}
    library.manifest(_entries(*({"id": one, "title": live[one].title} for one in VIDEOS)))
    same = library.call("plan", "--format", "json")
    assert (same.code, same.document["summary"]["unchanged"]) == (0, 1_000), same.said
    demo_emulator.clear_calls()
    library.manifest(_entries(*({"id": one, "title": f"New {one[:6]}"} for one in VIDEOS)))

    planned = library.run("plan", "--format", "json")

    assert planned.document["summary"]["update"] == 1_000
    assert Counter(actions(demo_emulator)) == {"GetVideoInfos": 50}
    assert Counter(one for call in demo_emulator.calls() for one in call.ids) == Counter(VIDEOS)


def test_planning_in_many_files_reads_no_more(library: Project, demo_emulator: RunningEmulator) -> None:
    """A thousand entries in a hundred files are still 50 reads, and the plan has the same changes in the same order."""
    for number in range(100):
        part = VIDEOS[number * 10 : number * 10 + 10]
        library.manifest(
            _entries(*({"id": one, "title": "x"} for one in part)), f"manifests/{number % 7}/{number}.yaml"
        )

    planned = library.call("plan", "--format", "json")

    assert Counter(actions(demo_emulator)) == {"GetVideoInfos": 50}
    addresses = [change["address"] for change in planned.document["changes"]]
    assert addresses == sorted(addresses)
    assert len(addresses) == 1_000


def test_applying_45_updates_writes_3_times(library: Project, demo_emulator: RunningEmulator) -> None:
    """Batches of 20, every video once, with nothing but its id and its new title."""
    library.manifest(_retitled(45))

    applied = library.run("apply", "--auto-approve")

    assert applied.code == 0, applied.said
    assert [call.action for call in writes(demo_emulator)] == ["UpdateVideoInfos"] * 3
    batches = [json.loads(call.params["UpdateContent"]) for call in writes(demo_emulator)]
    assert sorted(len(batch) for batch in batches) == [5, 20, 20]
    assert sorted(item["VideoId"] for batch in batches for item in batch) == sorted(TIDY)
    assert {frozenset(item) for batch in batches for item in batch} == {frozenset({"VideoId", "Title"})}


def test_applying_1000_updates_uses_both_operations_and_reads_no_more_than_batches_need(
    library: Project, demo_emulator: RunningEmulator
) -> None:
    """One video in seven by the operation for one, which has a rate of its own; each is written once and read twice.

    The plan counts the same calls.
    """
    library.manifest(_retitled(1_000))
    assert library.call("plan", "--out", "p.json").code == 0
    cost = json.loads((library.folder / "p.json").read_bytes())["cost"]
    demo_emulator.clear_calls()

    applied = library.call("apply", "p.json", "--auto-approve", "--format", "json")

    assert (applied.code, applied.document["converged"]) == (0, True), applied.said
    called = Counter(actions(demo_emulator))
    assert called == {"GetVideoInfos": 100, "UpdateVideoInfos": 43, "UpdateVideoInfo": 140}
    assert cost["calls"] == called
    for group, times in ((writes(demo_emulator), 1), (demo_emulator.calls("GetVideoInfos"), 2)):
        assert Counter(one for call in group for one in call.ids) == dict.fromkeys(VIDEOS, times)


def test_applying_again_writes_nothing(library: Project, demo_emulator: RunningEmulator) -> None:
    """A second apply of the same manifests finds nothing to do, reads each video once, and exits 0."""
    library.manifest(_retitled(45))
    assert library.call("apply", "--auto-approve").code == 0
    demo_emulator.clear_calls()

    again = library.call("apply", "--auto-approve")

    assert again.code == 0
    assert Counter(actions(demo_emulator)) == {"GetVideoInfos": 3}


def test_plan_says_how_many_calls_its_apply_takes(library: Project, demo_emulator: RunningEmulator) -> None:
    """The cost of a plan of updates is what the service then sees."""
    library.manifest(_retitled(45))
    assert library.call("plan", "--out", "p.json").code == 0
    cost = json.loads((library.folder / "p.json").read_bytes())["cost"]
    demo_emulator.clear_calls()

    assert library.call("apply", "p.json", "--auto-approve").code == 0

    assert cost["calls"] == Counter(actions(demo_emulator))


def test_plan_file_applied_twice_writes_once(library: Project, demo_emulator: RunningEmulator) -> None:
    """The second time every change is `already`; that is no failure and no call."""
    library.manifest(_entries({"id": OPENING, "title": "Once"}, {"id": OLD, "state": "absent"}))
    assert library.call("plan", "--out", "p.json").code == 0
    apply = ("apply", "p.json", "--auto-approve", "--allow-deletes", "1", "--format", "json")
    first = library.call(*apply)
    demo_emulator.clear_calls()

    second = library.call(*apply)

    assert (first.code, first.document["counts"]["done"]) == (0, 2)
    assert (second.code, second.document["counts"]["already"], second.document["converged"]) == (0, 2, True)
    assert writes(demo_emulator) == []


@pytest.mark.parametrize("client", sorted(CLIENTS))
def test_asset_changed_meanwhile_makes_the_plan_stale(
    client: str, library: Project, demo_emulator: RunningEmulator
) -> None:
    """Somebody else's change to a planned field, by the vendor's SDK: exit 5, the field named, nothing written."""
    library.manifest(_entries({"id": OPENING, "title": "Planned"}, {"id": OLD, "state": "absent"}))
    assert library.call("plan", "--out", "p.json").code == 0
    CLIENTS[client](demo_emulator)("UpdateVideoInfo", {"VideoId": OPENING, "Title": "Somebody's"})
    demo_emulator.clear_calls()

    refused(
        library.call,
        "apply",
        "p.json",
        "--auto-approve",
        "--allow-deletes",
        "1",
        code=5,
        says=(f'video/{OPENING} title: planned on "Opening match", now "Somebody\'s"',),
        next="vodplan plan",
    )

    assert writes(demo_emulator) == []


def test_asset_that_is_to_be_deleted_and_changed_meanwhile_makes_the_plan_stale(
    library: Project, demo_emulator: RunningEmulator
) -> None:
    """A reviewer approved the deletion of what the plan showed, not of what it has become."""
    library.manifest(_entries({"id": OPENING, "title": "Planned"}, {"id": OLD, "state": "absent"}))
    assert library.call("plan", "--out", "p.json").code == 0
    demo_emulator.edit_video(OLD, {"Tags": "keep,trailer"})
    demo_emulator.clear_calls()

    ended = library.call("apply", "p.json", "--auto-approve", "--allow-deletes", "1", "--format", "json")

    assert ended.code == 5
    assert [line.partition(":")[0] for line in ended.error["moved"]] == [f"video/{OLD} tags"]
    assert writes(demo_emulator) == []


def test_asset_changed_in_another_field_does_not_make_the_plan_stale(
    library: Project, demo_emulator: RunningEmulator
) -> None:
    """A field that the plan does not touch may move, and stays as somebody else has set it."""
    library.manifest(_entries({"id": OPENING, "title": "Planned"}))
    assert library.call("plan", "--out", "p.json").code == 0
    demo_emulator.edit_video(OPENING, {"Description": "Somebody's"})

    assert library.call("apply", "p.json", "--auto-approve").code == 0

    video = CLIENTS["new"](demo_emulator)("GetVideoInfo", {"VideoId": OPENING})
    assert (video.at("Video.Title"), video.at("Video.Description")) == ("Planned", "Somebody's")


def test_partly_refused_batch_names_the_refused_and_does_the_rest(
    library: Project, demo_emulator: RunningEmulator
) -> None:
    """Two sources in one call; one is also played as original quality, which needs `force`: that one is named, exit 6."""
    library.manifest(_entries({"id": FOG, "source": "absent"}, {"id": AURORA, "source": "absent"}))

    ended = library.call("apply", "--auto-approve", "--allow-deletes", "2", "--output", "json=report.json")

    assert ended.code == 6
    assert [call.ids for call in writes(demo_emulator)] == [(FOG, AURORA)]
    report = json.loads((library.folder / "report.json").read_bytes())
    assert {one["address"]: one["outcome"] for one in report["outcomes"]} == {
        f"video/{FOG}": "done",
        f"video/{AURORA}": "refused",
    }
    (refusal,) = (one for one in report["outcomes"] if one["outcome"] == "refused")
    assert refusal["code"]
    assert refusal["code"] in ended.out
    assert f"refused  delete source  video/{AURORA}" in ended.out
    assert "Apply: 1 done, 0 already, 1 refused, 0 held, 0 unknown." in ended.out
    left = [CLIENTS["new"](demo_emulator)("GetMezzanineInfo", {"VideoId": one}) for one in (FOG, AURORA)]
    assert [one.at("Mezzanine.Status") for one in left] == ["Deleted", "Normal"]


def test_video_that_is_gone_by_the_time_of_writing_is_refused_and_the_rest_done(
    library: Project, demo_emulator: RunningEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deleted by somebody between the last reading and the write: the service lists its id, the other 24 are done."""
    library.manifest(_retitled(25))
    struck: list[str] = []
    strike = demo_emulator.app.state.faults.strike

    def deleting(operation: str) -> list[FaultRule]:
        if operation == "UpdateVideoInfos" and not struck:
            struck.append(TIDY[3])
            demo_emulator.app.state.db.write("DELETE FROM videos WHERE id = ?", (TIDY[3],))
        return strike(operation)

    demo_emulator.set_faults([{"kind": "latency", "operation": "UpdateVideoInfos"}])
    monkeypatch.setattr(demo_emulator.app.state.faults, "strike", deleting)

    ended = library.call("apply", "--auto-approve", "--format", "json")

    assert ended.code == 6
    assert ended.document["counts"] == {"done": 24, "already": 0, "refused": 1, "held": 0, "unknown": 0}
    (refusal,) = (one for one in ended.document["outcomes"] if one["outcome"] == "refused")
    assert (refusal["address"], refusal["code"]) == (f"video/{TIDY[3]}", "NotFound")


def test_batch_refused_as_a_whole_is_split_until_the_bad_item_stands_alone(
    library: Project, demo_emulator: RunningEmulator
) -> None:
    """The service refuses a whole call for one video in a status that takes no update: 19 done, that one named."""
    with running(library.folder / "e.db", demo=True, settings=EmulatorSettings(update_while_uploading=False)) as strict:
        strict.edit_video(TIDY[7], {"Status": "Uploading"})
        library.manifest(_retitled(20))

        ended = library.call("apply", "--auto-approve", "--format", "json", **keys(strict))

        titles = {one: CLIENTS["new"](strict)("GetVideoInfo", {"VideoId": one}).at("Video.Title") for one in TIDY[:20]}
        sizes = [len(json.loads(call.params["UpdateContent"])) for call in writes(strict) if not call.code]

    assert ended.code == 6
    told = [one for one in ended.document["outcomes"] if one["outcome"] != "done"]
    assert [(one["address"], one["outcome"], one["code"]) for one in told] == [
        (f"video/{TIDY[7]}", "refused", "Forbidden.IllegalStatus")
    ]
    assert {one for one, title in titles.items() if not str(title).startswith("Episode ")} == {TIDY[7]}
    assert sum(sizes) == 19


def test_documented_rates_are_kept_without_one_throttling_answer(tmp_path: Path) -> None:
    """With the quotas of the documentation in force, a share of 0.8 of them is never refused."""
    with running(tmp_path / "e.db", demo=True, settings=EmulatorSettings(quotas=True)) as emulator:
        one = project(tmp_path, emulator)
        entries = [{"id": video, "title": f"Episode {number}"} for number, video in enumerate(VIDEOS)]
        one.manifest(_entries(*entries) + "categories: [{path: A/B/C}, {path: D}, {path: E/F}]\n")

        ended = one.call("apply", "--auto-approve", "--format", "json")

        calls = emulator.calls()
    assert (ended.code, ended.document["converged"]) == (0, True)
    assert {call.code for call in calls} == {""}
    for action, rate in (
        ("GetVideoInfos", 80),
        ("UpdateVideoInfos", 24),
        ("UpdateVideoInfo", 80),
        ("GetCategories", 40),
    ):
        at = [call.at for call in calls if call.action == action]
        # One more than the rate where a window of a second takes in both of its ends.
        assert max(sum(start <= moment < start + 1 for moment in at) for start in at) <= rate + 1, action


# Guards


GUARDS = {
    "max_deletes": (
        "policy: {max_deletes: 1}\n",
        _entries({"id": CONCERT, "state": "absent"}, {"id": OLD, "state": "absent"}),
        ("policy.max_deletes", "removes 2 things", "allows 1"),
    ),
    "max_deletes as a share": (
        'policy: {max_deletes: "5%"}\n',
        _entries({"id": OLD, "state": "absent"}, *({"id": one, "tags": {"add": ["x"]}} for one in TIDY[:9])),
        ("policy.max_deletes", "5% of 10 = 0"),
    ),
    "max_updates": (
        'policy: {max_updates: "30%"}\n',
        _retitled(4) + _entries(*({"id": one, "tags": {"remove": ["nothing"]}} for one in TIDY[4:10]), kind=""),
        ("policy.max_updates", "updates 4 assets", "30% of 10 = 3"),
    ),
    "protect by tag": (
        "policy: {protect: [{tags: {any: [licensed]}}]}\n",
        _entries({"id": CONCERT, "state": "absent"}),
        ("policy.protect[0]", "licensed"),
    ),
    "protect by category": (
        "policy: {protect: [{tags: {any: [nothing]}}, {category: Music}]}\n",
        _entries({"id": CONCERT, "state": "absent"}),
        ("policy.protect[1]", "Music"),
    ),
    "category that holds assets": (
        "",
        "categories: [{path: News/Weather, state: absent}]\n",
        ("category_not_empty", "47 assets"),
    ),
    "category that holds subcategories": (
        "",
        "categories: [{path: Film, state: absent}]\n",
        ("category_not_empty", "subcategories"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GUARDS)
def test_guard_refuses_plan_and_apply(name: str, library: Project, demo_emulator: RunningEmulator) -> None:
    """Exit 4 from both, over every flag; the plan is shown and saved, its guard is told, and nothing is written."""
    settings, manifest, says = GUARDS[name]
    library.write(f"{HEAD}{settings}", "vodplan.yaml")
    library.manifest(manifest)

    planned = library.call("plan", "--out", "p.json", "--detailed-exitcode")
    as_json = library.call("plan", "--format", "json")
    number = str(as_json.document["summary"]["delete"])
    applied = library.call("apply", "--auto-approve", "--allow-deletes", number)
    by_file = library.call("apply", "p.json", "--auto-approve", "--allow-deletes", number, "--format", "json")

    assert [ended.code for ended in (planned, as_json, applied, by_file)] == [4, 4, 4, 4]
    flat = " ".join(planned.said.split())
    assert [word for word in says if word not in flat] == [], planned.said
    assert [word for word in says if word not in json.dumps(as_json.document["guards"])] == []
    assert [word for word in says if word not in " ".join(applied.said.split())] == []
    assert by_file.error["exit_code"] == 4
    for ended in (planned, applied):
        assert next_step(ended.err).startswith("vodplan plan")
    assert writes(demo_emulator) == []


def test_guard_of_now_refuses_a_plan_made_before_it(library: Project, demo_emulator: RunningEmulator) -> None:
    """A saved plan is held against the policy in force when it is applied."""
    library.manifest(_entries({"id": CONCERT, "state": "absent"}))
    assert library.call("plan", "--out", "p.json").code == 0
    library.write(f"{HEAD}policy: {{protect: [{{category: Music}}]}}\n", "vodplan.yaml")

    ended = library.call("apply", "p.json", "--auto-approve", "--allow-deletes", "1")

    assert ended.code == 4
    assert "policy.protect[0]" in ended.err
    assert writes(demo_emulator) == []


@pytest.mark.parametrize("flags", [(), ("--allow-deletes", "1"), ("--allow-deletes", "3"), ("--allow-deletes", "0")])
def test_number_of_deletes_that_is_not_exact_refuses_apply(
    flags: tuple[str, ...], library: Project, demo_emulator: RunningEmulator
) -> None:
    """Two removals want --allow-deletes 2, from manifests and from a plan file, and the refusal spells it out."""
    library.manifest(_entries({"id": CONCERT, "state": "absent"}, {"id": OLD, "state": "absent"}))
    assert library.call("plan", "--out", "p.json").code == 0

    for what in ((), ("p.json",)):
        ended = library.call("apply", *what, "--auto-approve", *flags)
        assert ended.code == 4
        assert "removes 2 things" in ended.err
        command = " ".join(("vodplan", "apply", *what, "--allow-deletes", "2", "--auto-approve"))
        assert next_step(ended.err) == command
    assert library.call("apply", "--auto-approve", *flags, "--format", "json").error["exit_code"] == 4
    assert writes(demo_emulator) == []


def test_number_of_deletes_where_there_are_none_refuses_apply(library: Project, demo_emulator: RunningEmulator) -> None:
    """Whoever expects deletions and has none is looking at another plan."""
    library.manifest(_entries({"id": OPENING, "title": "x"}))

    assert library.call("apply", "--auto-approve", "--allow-deletes", "2").code == 4
    assert writes(demo_emulator) == []
    assert library.call("apply", "--auto-approve", "--allow-deletes", "0").code == 0


def test_apply_without_a_terminal_and_without_approval_is_refused(
    library: Project, demo_emulator: RunningEmulator
) -> None:
    """A pipe is nobody to ask; it does not wait."""
    library.manifest(_entries({"id": OPENING, "title": "x"}))

    for what in ((), ("--allow-deletes", "0")):
        ended = library.run("apply", *what)
        assert ended.code == 4
        assert "no terminal to ask" in " ".join(ended.err.split())
        assert next_step(ended.err).startswith("vodplan apply")
        assert "--auto-approve" in next_step(ended.err)
    assert writes(demo_emulator) == []


@pytest.mark.parametrize(
    ("removes", "typed", "code"),
    [
        (False, "yes", 0),
        (False, "Yes", 4),
        (False, "y", 4),
        (False, "", 4),
        (True, "1", 0),
        (True, " 1 ", 0),
        (True, "yes", 4),
        (True, "2", 4),
        (True, "01", 4),
    ],
)
def test_answer_at_the_prompt_decides(
    removes: bool, typed: str, code: int, library: Project, demo_emulator: RunningEmulator
) -> None:
    """`yes` for changes, the exact number for removals, and anything else writes nothing."""
    library.manifest(_entries({"id": OLD, "state": "absent"} if removes else {"id": OPENING, "title": "x"}))

    with terminal(library, "apply") as shown:
        shown.until("number of removals to apply: " if removes else "Type yes: ")
        assert writes(demo_emulator) == []
        shown.type(typed.encode() + b"\r")
        assert shown.end() == code

    assert "Traceback" not in shown.shown
    assert bool(writes(demo_emulator)) == (code == 0)
    assert ("Converged" if code == 0 else "Not approved") in shown.shown


def test_prompt_is_asked_with_allow_deletes_too(library: Project, demo_emulator: RunningEmulator) -> None:
    """The number on the command line stands for the number, not for the yes."""
    library.manifest(_entries({"id": OLD, "state": "absent"}))

    with terminal(library, "apply", "--allow-deletes", "1") as shown:
        shown.until("Type yes: ")
        shown.type(b"no\r")
        assert shown.end() == 4

    assert writes(demo_emulator) == []


def test_library_holds_guards_and_numbers_as_the_command_does(library: Project, demo_emulator: RunningEmulator) -> None:
    """No way around by `import vodplan`."""
    library.manifest(_entries({"id": CONCERT, "state": "absent"}))
    workspace = vodplan.load(cwd=library.folder, environ=library.environ)
    plan = vodplan.plan(workspace)

    for allowed in (None, 0, 2):
        with pytest.raises(vodplan.VodplanError) as refusal:
            vodplan.apply(plan, workspace, allow_deletes=allowed)
        assert refusal.value.exit_code == 4
    assert writes(demo_emulator) == []


def test_log_as_json_has_an_event_for_each_call(library: Project, demo_emulator: RunningEmulator) -> None:
    """As many `call` events as the service counts, each naming its request, and none with the key or a signature."""
    library.manifest(_entries({"id": OPENING, "title": "Counted"}))

    ended = library.run("apply", "--auto-approve", "--log-format", "json")

    assert ended.code == 0, ended.said
    events = [json.loads(line) for line in ended.err.splitlines()]
    calls = [event for event in events if event["event"] == "call"]
    assert Counter(call["operation"] for call in calls) == Counter(actions(demo_emulator))
    assert all(call["request_id"] and call["outcome"] == "ok" and call["status"] == 200 for call in calls)
    assert demo_emulator.access_key_id not in ended.err
    assert "Signature" not in ended.err
