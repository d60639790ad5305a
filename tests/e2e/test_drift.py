"""What is no longer as in the manifests, on the installed command, with edits as somebody makes them in the console."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from wcwidth import wcswidth

from tests.e2e.helpers import Project, actions, no_bug, project, terminal, writes
from vodplan.emulator import RunningEmulator
from vodplan.emulator.demo import library as demo_library
from vodplan.planfile.drift_model import schema

pytestmark = pytest.mark.e2e

MATCH = "00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
CONCERT = "11f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
GONE = "0123456789abcdef0123456789abcdef"
POSTER = next(one.id for one in demo_library().images)
VIDEOS = [video.id for video in demo_library().videos if video.media_type == "video"]
ENTRIES = f"""\
videos:
  - {{id: {MATCH}, title: Opening match 开幕式, description: First game}}
  - {{id: {CONCERT}, tags: {{add: [ugc]}}, description: Live}}
"""
TIERS = """\
drift:
  tiers:
    - {tier: ignore, fields: [description], where: {tags: {any: [ugc]}}}
    - {tier: report, fields: [description]}
"""


@pytest.fixture
def applied(tmp_path: Path, demo_emulator: RunningEmulator) -> Project:
    """A project whose manifests were just applied."""
    made = project(tmp_path, demo_emulator)
    made.write("apiVersion: vodplan/v1\n" + TIERS, "vodplan.yaml")
    made.manifest(ENTRIES)
    ended = made.call("apply", "--auto-approve")
    assert ended.code == 0, ended.said
    demo_emulator.clear_calls()
    return made


def test_edit_in_the_console_is_told_from_what_was_never_applied(
    applied: Project, demo_emulator: RunningEmulator
) -> None:
    """By what the last run left: who edits a title is another story than a manifest that waits for its apply."""
    clean = applied.run("drift", "--detailed-exitcode")
    demo_emulator.edit_video(MATCH, {"Title": "Changed by hand"})
    edited = applied.run("drift", "--format", "json", "--detailed-exitcode")
    applied.manifest(ENTRIES.replace("First game", "The first game") + f"  - {{id: {GONE}, title: x}}\n")
    both = applied.call("drift", "--format", "json", "--detailed-exitcode")
    run = applied.call("history", "--format", "json").document["runs"][0]["id"]

    assert (clean.code, "No drift: 0 fail" in clean.out) == (0, True), clean.said
    assert edited.code == 2
    (item,) = edited.document["items"]
    assert (item["field"], item["wanted"], item["live"]) == ("title", "Opening match 开幕式", "Changed by hand")
    assert (item["origin"]["kind"], item["origin"]["run"], item["tier"]) == ("edited", run, "fail")
    assert item["source"] == {"file": "manifests/a.yaml", "line": 3}
    told = {(one["address"], one["field"]): (one["origin"]["kind"], one["tier"]) for one in both.document["items"]}
    assert told == {
        (f"video/{MATCH}", "title"): ("edited", "fail"),
        (f"video/{MATCH}", "description"): ("pending", "report"),
        (f"video/{GONE}", "state"): ("pending", "fail"),
    }
    assert list(jsonschema.Draft202012Validator(schema()).iter_errors(both.document)) == []
    assert not writes(demo_emulator)


def test_tiers_decide_the_exit_code_and_what_is_shown(applied: Project, demo_emulator: RunningEmulator) -> None:
    """What is ignored is counted, what is reported is shown, and only what fails makes it 2."""
    demo_emulator.edit_video(CONCERT, {"Description": "other"})
    ignored = applied.call("drift", "--detailed-exitcode")
    demo_emulator.edit_video(MATCH, {"Description": "other"})
    reported = applied.call("drift", "--detailed-exitcode")
    demo_emulator.edit_video(MATCH, {"Title": "other"})
    failed = applied.call("drift", "--detailed-exitcode")
    without = applied.call("drift")

    assert [one.code for one in (ignored, reported, failed, without)] == [0, 0, 2, 0]
    assert "0 fail, 0 reported, 1 ignored" in ignored.out
    assert CONCERT not in ignored.out
    assert "~ report  video" in reported.out
    assert "! fail    video" in failed.out
    assert failed.out.index("! fail") < failed.out.index("~ report")


def test_drift_makes_the_calls_of_a_plan_and_leaves_no_store_behind(
    tmp_path: Path, demo_emulator: RunningEmulator
) -> None:
    """Batches of 20, no write, and where there is no store there is none afterwards: where it came from is unknown."""
    here = project(tmp_path, demo_emulator)
    here.manifest("videos:\n" + "".join(f"  - {{id: {one}, title: New}}\n" for one in VIDEOS[:100]))
    planned = here.run("plan")
    calls = actions(demo_emulator)
    demo_emulator.clear_calls()

    drifted = here.run("drift", "--format", "json")

    assert (planned.code, drifted.code) == (0, 0), drifted.said
    assert actions(demo_emulator) == calls == ["GetVideoInfos"] * 5
    assert {one["origin"]["kind"] for one in drifted.document["items"]} == {"unknown"}
    assert not (tmp_path / ".vodplan" / "state.db").exists()


def test_tier_by_category_reads_the_categories_once_when_no_manifest_names_one(
    tmp_path: Path, demo_emulator: RunningEmulator
) -> None:
    """The plan knows ids only; a tier that was written by a path is held against paths."""
    here = project(tmp_path, demo_emulator)
    path = here.call("export", "--out", "all", "--kind", "video", "--fields", "category", "--split", "none")
    assert path.code == 0, path.said
    text = "".join(one.read_text(encoding="utf-8") for one in sorted(tmp_path.joinpath("all").rglob("*.yaml")))
    found = re.search(rf"id: {MATCH}\n\s+category: (.+)", text)
    assert found, text[:500]
    where = f"{{tier: ignore, where: {{category: {found[1].partition('/')[0]}}}}}"
    here.write(f"apiVersion: vodplan/v1\ndrift: {{tiers: [{where}]}}\n", "vodplan.yaml")
    here.manifest(f"videos:\n  - {{id: {MATCH}, title: New}}\n")
    demo_emulator.clear_calls()

    ended = here.call("drift", "--format", "json")

    assert [one["tier"] for one in ended.document["items"]] == ["ignore"], ended.said
    assert [name for name in actions(demo_emulator) if name != "GetVideoInfos"] != []


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_drift_fits_the_terminal(applied: Project, demo_emulator: RunningEmulator, columns: int) -> None:
    """Also with wide characters; commands to copy stay whole."""
    demo_emulator.edit_video(MATCH, {"Title": "开幕式" * 20})
    with terminal(applied, "drift", "--no-color", columns=columns) as screen:
        assert screen.end() == 0, screen.shown

    text = screen.shown.replace("\r", "")
    lines = text[text.index("Drift of") :].splitlines()
    assert [line for line in lines if wcswidth(line) > columns] == []
    assert [line for line in lines if wcswidth(line) < 0] == []
    assert any("开幕式" in line for line in lines)


@pytest.mark.parametrize("name", ["text", "json", "html", "markdown", "github", "gitlab"])
def test_hostile_title_breaks_no_format(applied: Project, demo_emulator: RunningEmulator, name: str) -> None:
    """Whatever somebody typed in the console."""
    title = "a\x1b[2J\u202e</script><img src=x onerror=1>`@team` ::error::x"
    demo_emulator.edit_video(MATCH, {"Title": title})

    ended = applied.call("drift", "--format", name, "--output", "markdown=issue.md")

    no_bug(ended)
    assert "\x1b" not in ended.out
    assert name == "json" or "\u202e" not in ended.out
    assert "<img" not in ended.out or name != "html"
    if name in ("json", "gitlab"):
        json.loads(ended.out)
    if name == "gitlab":
        assert ended.document == {"create": 0, "update": 1, "delete": 0}
    if name == "github":
        assert (
            f"::error file=manifests/a.yaml,line=3,col=5,title=vodplan%3A drift (fail)::title of video/{MATCH}"
            in ended.out
        )
    assert (applied.folder / "issue.md").read_text().startswith("<!-- vodplan drift environment -->\n")


def test_markdown_keeps_the_limit_of_the_host(tmp_path: Path, demo_emulator: RunningEmulator) -> None:
    """Thousands of differences are one issue's body, and it says how many it leaves out."""
    here = project(tmp_path, demo_emulator)
    here.manifest("videos:\n" + "".join(f"  - {{id: {one}, title: New}}\n" for one in VIDEOS))

    ended = here.call("drift", "--format", "markdown", "--comment-limit", "bitbucket")

    assert len(ended.out) <= 32_768
    assert re.search(r"and [\d,]+ more", ended.out)


def test_unknown_tier_and_field_are_told_with_their_place(applied: Project) -> None:
    """All at once, each with what was probably meant."""
    applied.write(
        "apiVersion: vodplan/v1\ndrift:\n  tiers:\n    - {tier: fial, fields: [titel]}\n    - {tier: report}\n"
        "    - {tier: ignore, where: {}}\n    - {tier: ignore, were: {}}\n",
        "vodplan.yaml",
    )

    ended = applied.run("drift")

    assert ended.code == 3
    for said in (
        'Did you mean "fail"?',
        'Did you mean "title"?',
        "it needs kinds",
        "where needs a condition",
        '"where"?',
    ):
        assert said in ended.err, said
    assert "vodplan.yaml:4:" in ended.err


def test_store_that_cannot_be_read_leaves_the_origin_unknown(applied: Project, demo_emulator: RunningEmulator) -> None:
    """What differs is told all the same, and the store is left as it is."""
    store = applied.write(b"no database at all, whatever its name says" * 100, ".vodplan/state.db")
    demo_emulator.edit_video(MATCH, {"Title": "other"})

    ended = applied.run("drift", "--format", "json")

    no_bug(ended)
    assert ended.code == 0, ended.said
    assert [one["origin"]["kind"] for one in ended.document["items"]] == ["unknown"]
    assert "Where a difference came from is not known" in ended.err
    assert store.read_bytes().startswith(b"no database")


def test_next_step_is_a_plan_only_where_one_helps(applied: Project) -> None:
    """No plan brings back a video that is gone."""
    applied.manifest(f"videos:\n  - {{id: {GONE}, title: x}}\n")

    ended = applied.call("drift", "--only", "video/*")

    assert (ended.code, "Next:" in ended.out) == (0, False), ended.said
    assert '"present" → "missing"' in ended.out
