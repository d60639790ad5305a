"""From a report to a tidier library: what is found, written as a manifest, planned, applied, and no longer found."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from tests.e2e.helpers import Project, actions, project
from vodplan.emulator import RunningEmulator, running
from vodplan.planfile.survey_model import schema

pytestmark = pytest.mark.e2e


@pytest.fixture
def served(tmp_path: Path) -> Iterator[RunningEmulator]:
    """The demo library on an emulator of its own."""
    with running(tmp_path / "emulator.db", demo=True) as emulator:
        yield emulator


@pytest.fixture
def library(tmp_path: Path, served: RunningEmulator) -> Project:
    """A folder with nothing in it but settings, and a library behind it."""
    (tmp_path / "work" / "manifests").mkdir(parents=True)
    one = project(tmp_path / "work", served)
    one.write("apiVersion: vodplan/v1\ntargets: {lab: {region: cn-shanghai}}\nlimits: {share: 1}\n", "vodplan.yaml")
    return one


def test_report_of_a_thousand_assets_only_reads(library: Project, served: RunningEmulator) -> None:
    """Twenty assets a call, the numbers add up, and the document is as its schema says."""
    told = library.run("report", "--huge", "60", "--format", "json", "--output", "html=report.html")

    assert told.code == 0, told.said
    assert list(jsonschema.Draft202012Validator(schema()).iter_errors(told.document)) == []
    assert told.document["library"]["count"] == 1_250
    assert sum(one["count"] for one in told.document["by_category"]) == 1_250
    calls = Counter(actions(served))
    assert (calls["GetVideoInfos"], calls["GetImageInfos"], calls["GetAttachedMediaInfo"]) == (51, 10, 2)
    assert set(calls) == {"SearchMedia", "GetCategories", "GetVideoInfos", "GetImageInfos", "GetAttachedMediaInfo"}
    assert "<caption>By category</caption>" in (library.folder / "report.html").read_text()


def test_report_every_patch_is_valid_and_all_of_them_plan(library: Project) -> None:
    """Each finding's patch stands alone, and the file of all of them gives a plan."""
    told = library.run("report", "--huge", "60", "--format", "json", "--rules", "manifests/report.yaml")
    assert told.code == 0, told.said
    checks = {one["check"] for one in told.document["findings"]}
    assert checks >= {"duplicate-titles", "missing-covers", "empty-categories", "huge-categories", "stray-tags"}

    for number, one in enumerate(told.document["findings"]):
        assert one["patch"] or one["why"]
        if one["patch"]:
            library.manifest(one["patch"], f"alone/{number}.yaml")
            validated = library.call("validate", f"alone/{number}.yaml")
            assert validated.code == 0, (one["patch"][:400], validated.said)
    planned = library.run("plan", "--format", "json")
    assert planned.code == 0, planned.said
    assert planned.document["summary"]["update"] > 800
    assert planned.document["guards"] == []


def test_report_applied_patch_is_no_finding_any_more(library: Project) -> None:
    """Stray tags are put right by the rule; beside manifests that are there, an existing file is not touched."""
    strays = library.run("report", "--only", "stray-tags", "--format", "json", "--rules", "manifests/tags.yaml")
    assert [one["subject"] for one in strays.document["findings"]] == ["sports"]

    applied = library.run("apply", "--auto-approve")
    assert applied.code == 0, applied.said

    after = library.run("report", "--only", "stray-tags", "--format", "json")
    assert after.document["findings"] == []
    again = library.run("report", "--rules", "manifests/tags.yaml")
    assert (again.code, "is there already" in " ".join(again.said.split())) == (64, True)


def test_report_leaves_out_what_the_manifests_name(library: Project) -> None:
    """The file of patches can stand beside an export of the whole library."""
    assert library.run("export").code == 0

    told = library.run("report", "--rules", "manifests/report.yaml", "--format", "json")

    assert told.code == 0, told.said
    assert any("have one in the manifests" in one["why"] for one in told.document["findings"])
    assert library.run("validate").code == 0


def test_report_of_an_unknown_check_is_a_usage_error(library: Project) -> None:
    """The names that there are stand in the message."""
    told = library.call("report", "--only", "tags", "--format", "json")

    assert (told.code, "stray-tags" in json.dumps(told.error)) == (64, True)
