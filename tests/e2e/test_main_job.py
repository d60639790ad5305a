"""The main job on real input: manifests of every form become a plan, the plan is applied, and the vendor's own SDKs read
back from the service what was wanted."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import vodplan
from tests.contract.sdk.clients import CLIENTS, Answer, Caller
from tests.e2e.cli import REPOSITORY
from tests.e2e.helpers import Project, keys, no_bug, project, writes
from vodplan.emulator import RunningEmulator, running
from vodplan.emulator.calllog import CallRecord

pytestmark = pytest.mark.e2e

OPENING = "00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
HARBOUR = "7567586493236735936b33755f656ed6"  # cms-000121
RELAY = "f775bcb6c1528a240a60225ddb7e9b02"
TRAILER = "19552bb7d1c5f90aed939b6d338b5180"
RAIN = "641512cce3a3325a73d54a4032d38e95"
DERBY = "4f6a3bfca546070b274cc94ceb601729"
ALGEBRA = "a8f4558f98b0cc0046ddf03943c79fb1"
CONCERT = "11f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
TRANSFERS = "26d6a7cd6dd6da6e21a77c255c49beca"  # cms-000126
FOG = "22f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
AURORA = "23f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
RENDITIONS = "33f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
KEYNOTE = "94130e84e4c0d02bbc76f6fb3c4d7dd7"
LATER = "c9861d329286104a6e0e154274e06918"
POSTER = "aaf1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
OLD_POSTER = "bbf1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
BANNER = "ccf1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
LANTERNS = "b1192e095fabb7a7a029735e64cd8c81"
LD_FLV = "52c34d1e5e32da3f03a5843776a1807e"
SD_FLV = "f6bab1eecd7a42bbbe420e9fa086b2fc"

EVERY_FORM = """\
apiVersion: vodplan/v1
defaults:
  video: {category: News/Sports, tags: {add: [sports]}}
  image: {category: Film/Posters}
categories:
  - path: Archive/Matches/2025
  - path: News/Football
    renamed_from: News/Soccer
videos:
  - id: 00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5
    title: '开幕比赛 ⚽: "Harbour" & <Riverside>, 100% + 1'
    description: |
      First line, with a \\ backslash
      第二行
    tags: [sports, 决赛, C++ & more]
    category: Archive/Matches/2025
    cover: https://img.example.com/a%20b.jpg?x=1&y=ä
  - reference: cms-000121
    tags: {add: [highlights], remove: [sports]}
  - id: f775bcb6c1528a240a60225ddb7e9b02
    title: no
    tags: {add: [on, "2026"]}
  - id: 19552bb7d1c5f90aed939b6d338b5180
    category: {id: 1000203}
    tags: [trailer]
  - id: 641512cce3a3325a73d54a4032d38e95
    category: null
    description: ""
    tags: []
    cover: ""
  - id: 4f6a3bfca546070b274cc94ceb601729
    category: News/Football
  - id: a8f4558f98b0cc0046ddf03943c79fb1
    category: Courses/Mathematics/Geometry
    tags: {add: [方程], remove: [代数, nothing]}
images:
  - {id: aaf1c2d3e4a5b6c7d8e9f0a1b2c3d4e5, title: 海报, tags: [poster, 年], category: Archive/Matches/2025, description: ''}
  - {id: b1192e095fabb7a7a029735e64cd8c81, tags: [], category: null}
  - {id: 31fbf3892536e99006997d0ad32e024f, title: Lantau poster}
"""
EVERY_REMOVAL = """\
apiVersion: vodplan/v1
categories:
  - {path: Old, state: absent, reason: Empty}
videos:
  - {id: 11f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5, state: absent, reason: Licence ended}
  - {reference: cms-000126, state: absent}
  - {id: c9861d329286104a6e0e154274e06918, state: absent, after: 2999-12-31}
  - {id: 22f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5, source: absent}
  - {id: 23f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5, source: absent, force: true, title: 'Aurora, from its streams'}
  - {id: 33f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5, streams: {absent: [52c34d1e5e32da3f03a5843776a1807e, f6bab1eecd7a42bbbe420e9fa086b2fc]}}
  - {id: 94130e84e4c0d02bbc76f6fb3c4d7dd7, streams: {keep: {definitions: [HD, SD], formats: [mp4]}}}
images:
  - {id: bbf1c2d3e4a5b6c7d8e9f0a1b2c3d4e5, state: absent}
  - {url: "URL/media/image/default/ccf1c2d3e4a5b6c7d8e9f0a1b2c3d4e5.png", state: absent}
  - {video: 00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5, types: [SpriteSnapshot, CoverSnapshot], state: absent}
"""
REMOVALS = 11
WRITES = frozenset(
    {"AddCategory", "UpdateCategory", "UpdateVideoInfos", "UpdateImageInfos", "DeleteStream", "DeleteMezzanines"}
    | {"DeleteVideo", "DeleteImage", "DeleteCategory"}
)


@pytest.fixture
def every_form(tmp_path: Path, demo_emulator: RunningEmulator) -> Project:
    """A project whose manifest has every form of entry there is."""
    one = project(tmp_path, demo_emulator)
    _write(one, demo_emulator)
    return one


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply of every form left behind: the library, and the calls that it took."""

    project: Project
    emulator: RunningEmulator
    calls: tuple[CallRecord, ...]

    @property
    def writes(self) -> list[CallRecord]:
        """The calls that could have changed the library."""
        return [call for call in self.calls if call.action in WRITES]


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    """Every form, applied once; the tests that take this only read."""
    folder = tmp_path_factory.mktemp("applied")
    with running(folder / "library.db", demo=True) as emulator:
        one = project(folder, emulator)
        _write(one, emulator)
        ran = one.call("apply", "--auto-approve", "--allow-deletes", str(REMOVALS), "--format", "json")
        assert (ran.code, ran.document["converged"]) == (0, True), ran.said
        yield Applied(one, emulator, tuple(emulator.calls()))


@pytest.fixture(params=sorted(CLIENTS))
def sdk(request: pytest.FixtureRequest, applied: Applied) -> Caller:
    """One of the vendor's SDKs, at the library that was applied to."""
    return CLIENTS[request.param](applied.emulator)


def _write(one: Project, emulator: RunningEmulator) -> None:
    one.write(EVERY_FORM)
    one.write(EVERY_REMOVAL.replace("URL", emulator.url), "manifests/removals.yaml")


def test_examples_of_the_repository_from_validate_to_an_empty_plan(
    tmp_path: Path, demo_emulator: RunningEmulator
) -> None:
    """The five commands of the README, on the manifests of the repository, as processes with exit codes."""
    shutil.copytree(REPOSITORY / "manifests", tmp_path / "manifests")
    one = project(tmp_path, demo_emulator)

    checked = one.run("validate")
    assert demo_emulator.calls() == []
    planned = one.run("plan", "--out", "p.json", "--detailed-exitcode")
    shown = one.run("show", "p.json")
    assert writes(demo_emulator) == []
    saved = json.loads((tmp_path / "p.json").read_bytes())
    number = str(saved["summary"]["delete"])
    applied = one.run("apply", "p.json", "--auto-approve", "--allow-deletes", number)
    written = len(writes(demo_emulator))
    again = one.run("plan", "--detailed-exitcode")

    for ended in (checked, planned, shown, applied, again):
        no_bug(ended)
    assert [ended.code for ended in (checked, planned, shown, applied, again)] == [0, 2, 0, 0, 0]
    assert shown.out == planned.out
    assert f"Apply: {len(saved['changes'])} done, 0 already, 0 refused, 0 held, 0 unknown." in applied.out
    assert "Converged: the library reads back as planned." in applied.out
    assert "No changes: " in again.out
    assert written == len(writes(demo_emulator)) > 0


def test_plan_document_is_the_saved_file_and_fits_its_schema(every_form: Project) -> None:
    """`plan --format json`, the file of `--out` and the published schema agree; nothing secret is in it."""
    printed = every_form.call("plan", "--out", "p.json", "--format", "json")
    saved = (every_form.folder / "p.json").read_text(encoding="utf-8")
    schema = every_form.call("schema", "plan").document

    jsonschema.Draft202012Validator(schema).validate(printed.document)
    assert printed.out == saved
    assert every_form.call("show", "p.json", "--format", "json").out == saved
    assert every_form.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] not in saved
    assert every_form.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"] not in saved
    assert "auth_key" not in saved
    assert printed.document["summary"] == {
        "create": 3,
        "rename": 1,
        "update": 9,
        "delete": REMOVALS,
        "unchanged": 2,
        "missing": 0,
        "scheduled": 1,
    }


def test_plan_of_the_same_library_has_the_same_bytes(every_form: Project) -> None:
    """Same manifests, same library: the same document but for the time of making, in another process too."""
    first = json.loads(every_form.run("plan", "--format", "json").out)
    second = json.loads(every_form.run("plan", "--format", "json", PYTHONHASHSEED="77").out)

    assert first.pop("created_at")
    assert second.pop("created_at")
    assert json.dumps(first) == json.dumps(second)


def test_videos_applied_read_back_by_the_vendors_sdk(sdk: Caller) -> None:
    """Every field of every form, to the code point; what no entry names is as it was."""
    opening = _fields(sdk("GetVideoInfo", {"VideoId": OPENING}))
    assert opening["Title"] == '开幕比赛 ⚽: "Harbour" & <Riverside>, 100% + 1'
    assert opening["Description"].rstrip("\n") == "First line, with a \\ backslash\n第二行"
    assert set(opening["Tags"].split(",")) == {"sports", "决赛", "C++ & more"}
    assert opening["CateName"] == "2025"
    assert opening["CoverURL"].partition("?")[0] == "https://img.example.com/a%20b.jpg"

    harbour = _fields(sdk("GetVideoInfo", {"VideoId": HARBOUR}))
    assert (harbour["Tags"], harbour["CateName"]) == ("highlights", "Sports")
    assert harbour["Title"] == "Harbour City v Riverside: highlights"
    assert harbour["Description"] == "All four goals, two saves"

    relay = _fields(sdk("GetVideoInfo", {"VideoId": RELAY}))
    assert (relay["Title"], set(relay["Tags"].split(","))) == ("no", {"sports", "swimming", "on", "2026"})

    trailer = _fields(sdk("GetVideoInfo", {"VideoId": TRAILER}))
    assert (trailer["CateId"], trailer["CateName"], trailer["Tags"]) == (1000203, "2025", "trailer")

    rain = _fields(sdk("GetVideoInfo", {"VideoId": RAIN}))
    assert {rain.get(name) or "" for name in ("Description", "Tags", "CateName", "CoverURL")} == {""}
    assert rain["Title"] == "Second unit: a day of rain"

    derby = _fields(sdk("GetVideoInfo", {"VideoId": DERBY}))
    assert (derby["CateId"], derby["CateName"]) == (1000102, "Football")

    algebra = _fields(sdk("GetVideoInfo", {"VideoId": ALGEBRA}))
    assert (algebra["CateName"], set(algebra["Tags"].split(","))) == ("Geometry", {"数学", "sports", "方程"})
    assert algebra["Title"] == "一元二次方程"


def test_removals_applied_read_back_by_the_vendors_sdk(sdk: Caller) -> None:
    """Videos, sources and streams that were to go are gone, and nothing else is."""
    gone = sdk("GetVideoInfos", {"VideoIds": f"{CONCERT},{TRANSFERS},{LATER}"})
    assert set(gone.at("NonExistVideoIds")) == {CONCERT, TRANSFERS}  # type: ignore[call-overload]
    assert gone.at("VideoList.0.VideoId") == LATER

    sources = [sdk("GetMezzanineInfo", {"VideoId": one}).at("Mezzanine.Status") for one in (FOG, AURORA, RENDITIONS)]
    assert sources == ["Deleted", "Deleted", "Normal"]
    assert _fields(sdk("GetVideoInfo", {"VideoId": AURORA}))["Title"] == "Aurora, from its streams"

    renditions = _streams(sdk, RENDITIONS)
    assert len(renditions) == 10
    assert {LD_FLV, SD_FLV}.isdisjoint(renditions)
    assert set(_streams(sdk, KEYNOTE).values()) == {("SD", "mp4"), ("HD", "mp4")}

    snapshots = {
        one: sdk("ListSnapshots", {"VideoId": OPENING, "SnapshotType": one}).code
        for one in ("SpriteSnapshot", "CoverSnapshot", "NormalSnapshot", "SpriteOriginSnapshot")
    }
    assert snapshots == {
        "SpriteSnapshot": "NoSuchResource",
        "CoverSnapshot": "NoSuchResource",
        "NormalSnapshot": "",
        "SpriteOriginSnapshot": "",
    }


def test_images_applied_read_back_by_the_vendors_sdk(sdk: Caller) -> None:
    """Fields by id, deletion by id and by URL."""
    poster = sdk("GetImageInfo", {"ImageId": POSTER}).at("ImageInfo")
    assert isinstance(poster, Mapping)
    assert (poster["Title"], set(poster["Tags"].split(","))) == ("海报", {"poster", "年"})
    assert (poster.get("Description") or "", poster["CateName"]) == ("", "2025")

    lanterns = sdk("GetImageInfo", {"ImageId": LANTERNS}).at("ImageInfo")
    assert isinstance(lanterns, Mapping)
    assert (lanterns["Title"], lanterns.get("Tags") or "", lanterns.get("CateName") or "") == (
        "Paper Lanterns poster",
        "",
        "",
    )

    gone = sdk("GetImageInfos", {"ImageIds": f"{OLD_POSTER},{BANNER},{POSTER}"})
    assert set(gone.at("NonExistImageIds")) == {OLD_POSTER, BANNER}  # type: ignore[call-overload]


def test_categories_applied_read_back_by_the_vendors_sdk(sdk: Caller) -> None:
    """Made with their parents, renamed in place, removed."""
    names = {one["CateName"]: one["CateId"] for one in _categories(sdk, "-1")}
    news = {one["CateName"]: one["CateId"] for one in _categories(sdk, "1000100")}

    assert "Old" not in names
    assert (news.get("Football"), news.get("Soccer")) == (1000102, None)
    matches = {one["CateName"]: one["CateId"] for one in _categories(sdk, str(names["Archive"]))}
    assert [one["CateName"] for one in _categories(sdk, str(matches["Matches"]))] == ["2025"]


def test_apply_calls_come_in_the_promised_order(applied: Applied) -> None:
    """Categories made and renamed, updates, then deletes, categories last."""
    written = [call.action for call in applied.writes]
    # Within a stage calls run side by side.
    stages = {"AddCategory": 0, "UpdateCategory": 0, "UpdateVideoInfos": 1, "UpdateImageInfos": 1, "DeleteStream": 2,
              "DeleteMezzanines": 3, "DeleteVideo": 4, "DeleteImage": 4, "DeleteCategory": 5}  # fmt: skip

    assert {call.code for call in applied.writes} == {""}
    assert set(written) == set(WRITES)
    assert [stages[action] for action in written] == sorted(stages[action] for action in written)


def test_apply_reads_every_asset_again_before_the_first_write_and_after_the_last(applied: Applied) -> None:
    """What is written to was read between planning and writing, and is read back at the end."""
    places = [place for place, call in enumerate(applied.calls) if call.action in WRITES]
    before, after = applied.calls[: places[0]], applied.calls[places[-1] + 1 :]
    touched = {one for call in applied.writes if call.action != "DeleteStream" for one in call.ids if len(one) == 32}

    # What is named by a reference or an address is looked up by that when planning, and by its id only afterwards.
    times = Counter(one for call in before for one in set(call.ids))
    assert {one for one in touched if times[one] < (1 if one in (HARBOUR, TRANSFERS, BANNER) else 2)} == set()
    assert touched - {BANNER} <= {one for call in after for one in call.ids}


def test_apply_sends_only_the_fields_that_change(applied: Applied) -> None:
    """A field that no entry names, or that is so already, is never on the wire."""
    sent = {item.pop("VideoId"): set(item) for item in _items(applied, "UpdateVideoInfos")}
    images = {item.pop("ImageId"): set(item) for item in _items(applied, "UpdateImageInfos")}

    assert sent == {
        OPENING: {"Title", "Description", "Tags", "CateId", "CoverURL"},
        HARBOUR: {"Tags"},
        RELAY: {"Title", "Tags"},
        TRAILER: {"CateId", "Tags"},
        RAIN: {"CateId", "Description", "Tags", "CoverURL"},
        AURORA: {"Title"},
        ALGEBRA: {"CateId", "Tags"},
    }
    assert images == {POSTER: {"Title", "Tags", "CateId", "Description"}, LANTERNS: {"Tags", "CateId"}}


def test_plan_after_apply_is_empty_and_writes_nothing(applied: Applied) -> None:
    """What was applied is what is wanted: no change, no call that writes, exit 0 even with --detailed-exitcode."""
    written = len(writes(applied.emulator))

    planned = applied.project.call("plan", "--detailed-exitcode", "--format", "json")
    again = applied.project.call("apply", "--auto-approve")

    assert (planned.code, planned.document["changes"], planned.document["summary"]["scheduled"]) == (0, [], 1)
    assert again.code == 0
    assert len(writes(applied.emulator)) == written


def test_categories_of_one_name_under_two_parents_are_told_apart(
    tmp_path: Path, demo_emulator: RunningEmulator
) -> None:
    """A video goes where its path says, by the id that the vendor's SDK reads, and stays there in a second plan."""
    one = project(tmp_path, demo_emulator)
    one.write(
        "apiVersion: vodplan/v1\n"
        "categories: [{path: News/Archive/2025}, {path: Film/Archive/2025}]\n"
        f"videos: [{{id: {OPENING}, category: News/Archive/2025}}, {{id: {DERBY}, category: Film/Archive/2025}}]\n",
        "manifests/a.yaml",
    )

    assert one.call("apply", "--auto-approve").code == 0

    new = CLIENTS["new"](demo_emulator)
    for video, parent in ((OPENING, "1000100"), (DERBY, "1000200")):
        archive = {one["CateName"]: one["CateId"] for one in _categories(new, parent)}["Archive"]
        (leaf,) = _categories(new, str(archive))
        assert _fields(new("GetVideoInfo", {"VideoId": video}))["CateId"] == leaf["CateId"]
    assert one.call("plan", "--detailed-exitcode").code == 0


def test_library_plans_applies_and_shows_as_the_command_does(
    every_form: Project, demo_emulator: RunningEmulator
) -> None:
    """`import vodplan`: load, plan, save, read, show, apply; the plan has the bytes of the command's."""
    environ = keys(demo_emulator)
    workspace = vodplan.load(cwd=every_form.folder, environ=environ)
    plan = vodplan.plan(workspace)
    vodplan.write_plan(plan, every_form.folder / "p.json")
    same = vodplan.read_plan(every_form.folder / "p.json")
    by_command = every_form.call("plan", "--format", "json").document

    report = vodplan.apply(same, workspace, allow_deletes=plan.summary.delete)
    left = vodplan.plan(workspace)

    assert vodplan.show(same, format="json") == vodplan.show(plan, format="json")
    assert plan.digest == by_command["digest"]
    assert "~ update  video/ref:cms-000121" in vodplan.show(plan, width=100)
    assert json.loads(vodplan.show(plan, format="json"))["digest"] == plan.digest
    assert (report.complete, report.converged, len(report.outcomes)) == (True, True, len(plan.changes))
    assert left.changes == ()


def test_library_raises_one_family_of_errors(tmp_path: Path, demo_emulator: RunningEmulator) -> None:
    """Refusals of the library are VodplanErrors with the exit code of the command."""
    one = project(tmp_path, demo_emulator)
    one.manifest("videos: [{id: 11f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5, state: absent}]\n")
    workspace = vodplan.load(cwd=tmp_path, environ=one.environ)

    with pytest.raises(vodplan.VodplanError) as refused:
        vodplan.apply(vodplan.plan(workspace), workspace)
    one.manifest("videos: [{id: 11f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5, titel: x}]\n")
    with pytest.raises(vodplan.VodplanError) as invalid:
        vodplan.load(cwd=tmp_path, environ=one.environ)

    assert (refused.value.exit_code, invalid.value.exit_code) == (4, 3)
    assert writes(demo_emulator) == []


def test_applied_values_survive_a_restart_of_the_emulator(tmp_path: Path) -> None:
    """The library, the keys and the covers' address are the same after a restart, so the plan stays empty."""
    one = project(tmp_path)
    one.manifest(
        "videos:\n"
        f"  - {{id: {OPENING}, title: Kept, category: New, tags: [kept]}}\n"
        f"  - {{id: {CONCERT}, state: absent}}\n"
        "categories: [{path: New}]\n"
    )
    database = tmp_path / "library.db"
    with running(database, demo=True) as before:
        cover = _fields(CLIENTS["new"](before)("GetVideoInfo", {"VideoId": OPENING}))["CoverURL"].partition("?")[0]
        ran = one.call("apply", "--auto-approve", "--allow-deletes", "1", **keys(before))
        assert ran.code == 0, ran.said
    with running(database, demo=True) as after:
        planned = one.call("plan", "--detailed-exitcode", **keys(after))
        video = _fields(CLIENTS["old"](after)("GetVideoInfo", {"VideoId": OPENING}))

        assert planned.code == 0, planned.said
        assert writes(after) == []
    assert (video["Title"], video["Tags"], video["CateName"]) == ("Kept", "kept", "New")
    assert video["CoverURL"].partition("?")[0] == cover


def _fields(answer: Answer) -> Mapping[str, Any]:
    video = answer.at("Video")
    assert isinstance(video, Mapping)
    return video


def _list(answer: Answer, path: str) -> list[Mapping[str, Any]]:
    found = answer.at(path)
    assert isinstance(found, list)
    return found


def _streams(sdk: Caller, video: str) -> dict[str, tuple[str, str]]:
    """Job id → definition and format of a video's streams."""
    found = _list(sdk("GetPlayInfo", {"VideoId": video}), "PlayInfoList.PlayInfo")
    return {one["JobId"]: (one["Definition"], one["Format"]) for one in found if one.get("JobId")}


def _categories(sdk: Caller, parent: str) -> list[Mapping[str, Any]]:
    return _list(sdk("GetCategories", {"CateId": parent, "PageSize": "100"}), "SubCategories.Category")


def _items(applied: Applied, action: str) -> list[dict[str, Any]]:
    """The items of batched updates."""
    calls = [call for call in applied.calls if call.action == action]
    return [item for call in calls for item in json.loads(call.params["UpdateContent"])]
