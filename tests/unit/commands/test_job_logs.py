"""What a job of a code host makes of what is written: no orders from strangers, files where the host has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import FakeApi
from tests.unit.cli.harness import run
from tests.unit.render.plans import a_change, a_plan
from vodplan.commands.checkout import folder_in_checkout
from vodplan.core.diagnostics import Diagnostic, SourceSpan
from vodplan.core.errors import ManifestError, Refused

JOB = {"GITHUB_ACTIONS": "true"}
ORDERS = "##[add-mask]e"
FINDING = Diagnostic(code="VP104", summary="Unknown field", detail="d", span=SourceSpan("manifests/a.yaml", 3, 5))


@pytest.mark.parametrize("form", ["text", "json", "markdown", "github", "gitlab"])
def test_job_of_github_finds_no_orders_in_any_format(fake: FakeApi, form: str) -> None:
    """The runner takes `##[name]` out of any line of stdout and stderr, whatever the line is."""
    fake.plan = a_plan(a_change(before={"title": ORDERS}, after={"title": f"x {ORDERS}"}, reason=ORDERS))

    ran = run("plan", "--format", form, environ=JOB)

    assert ran.code == 0
    assert "##[" not in ran.out + ran.err


def test_job_of_github_finds_no_orders_in_json_which_means_the_same(fake: FakeApi) -> None:
    """The escapes are JSON's own."""
    fake.plan = a_plan(a_change(before={"title": ORDERS}, after={"title": "x"}))

    told = json.loads(run("plan", "--format", "json", environ=JOB).out)

    assert told["changes"][0]["before"]["title"] == ORDERS


@pytest.mark.parametrize("log", [(), ("--log-format", "json")])
def test_job_of_github_finds_no_orders_in_errors(fake: FakeApi, log: tuple[str, ...]) -> None:
    """The service's words reach stderr; a line of them begins no command there."""
    fake.fail = Refused(f"::stop-commands::x\n::error::owned\n{ORDERS}", next="vodplan plan")

    ran = run("plan", *log, environ=JOB)

    assert ran.code == 4
    assert "##[" not in ran.err
    assert [line for line in ran.err.splitlines() if line.lstrip().startswith("::")] == []


def test_outside_of_a_job_texts_are_left_alone(fake: FakeApi) -> None:
    """Nobody else reads commands."""
    fake.fail = Refused(ORDERS)

    assert ORDERS in run("plan").err


@pytest.mark.parametrize("variable", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"])
def test_files_are_named_from_the_top_of_the_checkout(fake: FakeApi, tmp_path: Path, variable: str) -> None:
    """A project may stand below it, and the command be run below the project."""
    (tmp_path / "media" / "manifests").mkdir(parents=True)
    (tmp_path / "media" / "vodplan.yaml").write_text("apiVersion: vodplan/v1\n")
    fake.fail = ManifestError([FINDING])
    environ = {variable: str(tmp_path)}

    here = tmp_path / "media" / "manifests"
    github = run("plan", "--format", "github", cwd=here, environ=environ).out
    gitlab = json.loads(run("plan", "--format", "gitlab", cwd=here, environ=environ).out)

    assert "::error file=media/manifests/a.yaml,line=3,col=5,title=VP104 Unknown field::d\n" in github
    assert gitlab[0]["location"] == {"path": "media/manifests/a.yaml", "lines": {"begin": 3}}


def test_folder_in_checkout_of_a_named_project_file_is_that_files(tmp_path: Path) -> None:
    """Empty at the top, outside of it, and where no job checked anything out."""
    top = {"GITHUB_WORKSPACE": str(tmp_path)}

    assert folder_in_checkout(tmp_path, "a/b/vodplan.yaml", top) == "a/b"
    assert folder_in_checkout(tmp_path, None, {**top, "VODPLAN_CONFIG": "c/vodplan.yaml"}) == "c"
    assert folder_in_checkout(tmp_path, None, top) == ""
    assert folder_in_checkout(tmp_path.parent, None, top) == ""
    assert folder_in_checkout(tmp_path, "a/vodplan.yaml", {}) == ""
