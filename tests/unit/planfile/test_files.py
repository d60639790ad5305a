"""Plan files on disk: what may come in, and how they reach it."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import build
from tests.fakes import Library, plan_of
from vodplan.core.errors import ConfigError
from vodplan.core.plan import Plan
from vodplan.core.planfile import digest, plan_bytes
from vodplan.core.values import canonical_json
from vodplan.planfile import files
from vodplan.planfile.files import parse_plan, read_plan, write_plan, write_whole


def a_plan() -> Plan:
    """A plan with two changes and something scheduled."""
    library = Library(build.live_video("v1", title="Old"), build.live_video("v2"))
    tomorrow = dataclasses.replace(build.video("v3", absent=True), after=build.TODAY.replace(year=2030))
    return plan_of(build.desired(build.video("v1", title="新闻"), build.video("v2", absent=True), tomorrow), library)


def edited(edit: Callable[[dict[str, Any]], None], *, resealed: bool = True) -> bytes:
    """The content of a plan file that somebody edited, with a digest that fits unless said otherwise."""
    plain = json.loads(plan_bytes(a_plan()))
    edit(plain)
    if resealed:
        plain["digest"] = digest(plain)
    return canonical_json(plain)


def refused(content: bytes) -> ConfigError:
    """The error of a plan file that is not read; it names the file and says what to do."""
    with pytest.raises(ConfigError) as caught:
        parse_plan(content, name="plan.json")
    assert "plan.json" in caught.value.message
    assert caught.value.next == "vodplan plan --out plan.json"
    return caught.value


def test_plan_written_and_read_is_the_same_plan(tmp_path: Path) -> None:
    """Byte for byte, and with nothing left beside it."""
    path = tmp_path / "plan.json"

    write_plan(a_plan(), path)

    assert path.read_bytes() == plan_bytes(a_plan())
    assert plan_bytes(read_plan(path)) == plan_bytes(a_plan())
    assert os.listdir(tmp_path) == ["plan.json"]


def test_plan_that_was_indented_by_an_editor_is_read() -> None:
    """The digest is of the document, not of blanks and line ends."""
    plain = json.loads(plan_bytes(a_plan()))

    again = parse_plan(json.dumps(plain, indent=2, sort_keys=False).encode(), name="plan.json")

    assert plan_bytes(again) == plan_bytes(a_plan())


@pytest.mark.parametrize(
    "edit",
    [
        lambda plan: plan["changes"][0]["after"].update(title="other"),
        lambda plan: plan["changes"].pop(),
        lambda plan: plan["changes"].reverse(),
        lambda plan: plan["summary"].update(delete=0),
        lambda plan: plan["target"].update(region="cn-beijing"),
        lambda plan: plan["changes"][0]["facts"].update(title=None),
        lambda plan: plan.update(guards=[]) or plan.update(manifests_digest="0" * 64),
    ],
)
def test_plan_that_was_edited_is_refused(edit: Callable[[dict[str, Any]], None]) -> None:
    """Apply does what was reviewed, so nothing of an edited plan is trusted."""
    assert "its digest does not fit" in refused(edited(edit, resealed=False)).message


def test_plan_whose_time_was_changed_is_read() -> None:
    """The time of making is the one member outside of the digest."""
    content = edited(lambda plan: plan.update(created_at="2031-01-01T00:00:00Z"), resealed=False)

    assert parse_plan(content, name="plan.json").created_at == "2031-01-01T00:00:00Z"


@pytest.mark.parametrize("version", ["2", "0", 1, None, ["1"]])
def test_plan_of_another_format_is_refused(version: object) -> None:
    """A newer one may mean something else by the same words."""
    assert "this vodplan reads version '1'" in refused(edited(lambda plan: plan.update(format_version=version))).message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is not JSON"),
        (b'{"format_version": "1"', "it is not JSON"),
        (b"\xff\xfe{}", "it is not JSON"),
        (b'{"a": NaN}', "it is not JSON"),
        (b"[" * 200_000, "it is not JSON"),
        (b"[]", 'it has no "format_version"'),
        (b"{}", 'it has no "format_version"'),
        (b"null", 'it has no "format_version"'),
        (b'{"format_version": "1"}', "is not a valid plan file: vodplan_version: Field required"),
    ],
)
def test_file_that_is_no_plan_is_refused(content: bytes, said: str) -> None:
    """Whatever a file holds, it ends in one sentence."""
    assert said in refused(content).message


@pytest.mark.parametrize(
    ("edit", "place"),
    [
        (lambda plan: plan.pop("managed"), "managed"),
        (lambda plan: plan.update(extra=1), "extra"),
        (lambda plan: plan["changes"][0].update(action="destroy"), "changes.0.action"),
        (lambda plan: plan["changes"][0].update(address="v1"), "changes.0.address"),
        (lambda plan: plan["changes"][0]["source"].update(line=0), "changes.0.source.line"),
        (lambda plan: plan["changes"][0].update(fingerprint="zz"), "changes.0.fingerprint"),
        (lambda plan: plan["changes"][0].update(certain="yes"), "changes.0.certain"),
        (lambda plan: plan["scheduled"][0].update(after="2026-02-30"), "scheduled.0.after"),
        (lambda plan: plan["scheduled"][0].update(after="soon"), "scheduled.0.after"),
        (lambda plan: plan["summary"].update(delete=-1), "summary.delete"),
        (lambda plan: plan["summary"].update(delete=True), "summary.delete"),
        (lambda plan: plan["cost"].update(seconds=-1.0), "cost.seconds"),
        (lambda plan: plan.update(created_at="yesterday"), "created_at"),
    ],
)
def test_plan_of_another_shape_is_refused_with_the_place(edit: Callable[[dict[str, Any]], None], place: str) -> None:
    """A digest that fits makes no plan of it."""
    assert f"is not a valid plan file: {place}:" in refused(edited(edit)).message


def test_plan_nested_beyond_reason_is_refused() -> None:
    """No recursion of ours follows a file to its bottom."""
    nested = b'{"a":' * 900 + b"1" + b"}" * 900
    content = edited(lambda plan: plan["changes"][0]["facts"].update(x="HERE")).replace(b'"HERE"', nested)

    refused(content)


def test_plan_file_that_does_not_exist_or_cannot_be_read_says_so(tmp_path: Path) -> None:
    """A folder is no file."""
    with pytest.raises(ConfigError, match="There is no plan file"):
        read_plan(tmp_path / "none.json")
    with pytest.raises(ConfigError, match="There is no plan file"):
        read_plan(tmp_path)
    with pytest.raises(ConfigError, match="cannot be read: File name too long"):
        read_plan(tmp_path / ("x" * 5000))


def test_plan_file_larger_than_any_plan_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is not for whoever sends a large file."""
    monkeypatch.setattr(files, "MAX_BYTES", 10)
    path = tmp_path / "plan.json"
    path.write_bytes(b"x" * 11)

    with pytest.raises(ConfigError, match="larger than a plan file can be"):
        read_plan(path)


def test_write_whole_keeps_the_old_file_when_it_cannot_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old file stays whole, and no half one lies beside it, whatever goes wrong."""
    path = tmp_path / "plan.json"
    path.write_bytes(b"old")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(ConfigError, match="cannot be written: No space left on device") as caught:
        write_whole(path, b"new")

    assert caught.value.next
    assert (path.read_bytes(), os.listdir(tmp_path)) == (b"old", ["plan.json"])


def test_write_whole_interrupted_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is not an error of the disk, and passes."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "plan.json", b"new")

    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["no/folder/plan.json", "."])
def test_write_whole_where_no_file_can_be_is_refused(tmp_path: Path, name: str) -> None:
    """A missing folder, or a folder of that name."""
    with pytest.raises(ConfigError, match="cannot be written"):
        write_whole(tmp_path / name, b"new")

    assert os.listdir(tmp_path) == []


def test_plan_whose_target_has_a_line_end_is_refused() -> None:
    """A target's name stands in messages, and must not bring lines of its own."""
    made = json.loads(plan_bytes(a_plan()))
    made["target"]["name"] = "production\nNext: rm -rf /"
    made["digest"] = digest(made)

    with pytest.raises(ConfigError, match=r"target\.name"):
        parse_plan(canonical_json(made), name="plan.json")
