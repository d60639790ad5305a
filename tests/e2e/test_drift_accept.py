"""Drift that is taken over into the manifests, on the installed command, after edits as somebody makes them in the console."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from tests.e2e.helpers import Project, project, writes
from vodplan.api import schema
from vodplan.emulator import RunningEmulator

pytestmark = pytest.mark.e2e

MATCH = "00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
CONCERT = "11f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
GONE = "0123456789abcdef0123456789abcdef"
MANIFEST = f"""\
# News desk
apiVersion: vodplan/v1
videos:
  # the match
  - id: {MATCH}   # from the sheet
    title: 'Opening match'   # agreed
    tags: [final, sports]
  - id: {CONCERT}
    tags: {{add: [mine, other]}}   # ours
"""


@pytest.fixture
def applied(tmp_path: Path, demo_emulator: RunningEmulator) -> Project:
    """A project whose manifests were just applied."""
    made = project(tmp_path, demo_emulator)
    made.write("apiVersion: vodplan/v1\n", "vodplan.yaml")
    made.write(MANIFEST)
    ended = made.call("apply", "--auto-approve")
    assert ended.code == 0, ended.said
    demo_emulator.clear_calls()
    return made


def text(made: Project) -> str:
    """The manifest as it is now."""
    return (made.folder / "manifests/a.yaml").read_text(encoding="utf-8")


def test_accepted_drift_is_in_the_manifest_and_gone_from_the_comparison(
    applied: Project, demo_emulator: RunningEmulator
) -> None:
    """The live values stand where the old ones stood; comments and quotes stay, and nothing else differs any more."""
    demo_emulator.edit_video(MATCH, {"Title": "The director's cut", "Tags": "sports,live"})

    ended = applied.call("drift", "--accept", f"video/{MATCH}")

    assert ended.code == 0, ended.said
    assert text(applied) == MANIFEST.replace("'Opening match'", "'The director''s cut'").replace(
        "[final, sports]", "[sports, live]"
    )
    assert "-    title: 'Opening match'   # agreed" in ended.out
    assert "2 of 2 fields are as in the manifests" in ended.out
    assert applied.call("plan", "--detailed-exitcode").code == 0
    assert not writes(demo_emulator)


def test_accepted_edit_of_tags_keeps_what_is_so(applied: Project, demo_emulator: RunningEmulator) -> None:
    """An entry that only adds tags does not get the whole set: the tag that was taken away is not asked for any more."""
    demo_emulator.edit_video(CONCERT, {"Tags": "mine"})

    ended = applied.call("drift", "--accept", "video/11*")

    assert ended.code == 0, ended.said
    assert text(applied) == MANIFEST.replace("[mine, other]", "[mine]")


def test_accepting_what_is_gone_or_to_be_deleted_is_refused_with_what_to_do(
    applied: Project, demo_emulator: RunningEmulator
) -> None:
    """No entry can say that an asset is gone, and a deletion that was asked for is not taken back by the way."""
    changed = MANIFEST + f"  - {{id: {GONE}, title: x}}\n"
    changed = changed.replace("    tags: {add: [mine, other]}   # ours\n", "    state: absent\n")
    applied.write(changed)
    demo_emulator.edit_video(MATCH, {"Title": "Other"})

    ended = applied.call("drift", "--accept", "video/*")

    assert ended.code == 3
    assert f"video/{GONE} is not there any more" in " ".join(ended.out.split())
    assert "Take state: out of the entry by hand" in " ".join(ended.out.split())
    assert text(applied) == changed.replace("'Opening match'", "'Other'")


def test_accepting_an_address_that_does_not_differ_is_a_usage_error(applied: Project) -> None:
    """A glob that fits nothing is a mistake in writing it."""
    ended = applied.call("drift", "--accept", f"video/{MATCH}")

    assert ended.code == 64
    assert text(applied) == MANIFEST


def test_accepted_edit_of_tags_from_defaults_names_their_line(applied: Project, demo_emulator: RunningEmulator) -> None:
    """Nothing of it is in the entry, so nothing in the entry can be taken out."""
    changed = MANIFEST.replace("videos:\n", "defaults: {video: {tags: {add: [shared]}}}\nvideos:\n")
    changed = changed.replace("    tags: {add: [mine, other]}   # ours\n", "    title: Licensed\n")
    applied.write(changed + "categories:\n  - path: Neu\n")

    ended = applied.call("drift", "--accept", f"video/{CONCERT}", "--accept", "category/Neu", "--format", "json")

    assert ended.code == 3
    (left,) = ended.document["left_alone"]
    assert "tags of this entry comes from the defaults of the file, line 3" in left["why"]
    assert "category/Neu is not there yet" in ended.document["refused"][0]["why"]


def test_accepted_value_from_defaults_leaves_the_file_alone(applied: Project, demo_emulator: RunningEmulator) -> None:
    """Other entries share it, so a person decides."""
    changed = MANIFEST.replace("videos:\n", "defaults: {video: {description: Shared}}\nvideos:\n")
    applied.write(changed)

    ended = applied.call("drift", "--accept", f"video/{MATCH}", "--format", "json")

    assert ended.code == 3
    assert "defaults" in ended.document["left_alone"][0]["why"]
    assert list(jsonschema.Draft202012Validator(schema("edited")).iter_errors(ended.document)) == []
    assert ended.document["left_alone"][0]["line"] == 6
    assert text(applied) == changed
