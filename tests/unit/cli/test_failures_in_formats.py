"""A failure has the same exit code in every format, and valid output of that format."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.unit.cli.conftest import FakeApi
from tests.unit.cli.harness import run
from tests.unit.cli.test_exit_codes import FAILURES
from vodplan.render.formats import FORMATS


def _is_json(text: str) -> bool:
    return json.loads(text) not in ({}, [])


CHECKS: dict[str, Callable[[str], bool]] = {
    "text": lambda text: text == "",
    "json": _is_json,
    "html": lambda text: text.startswith("<!DOCTYPE html>"),
    "markdown": lambda text: text.startswith("<!-- vodplan ") and "exit code" in text,
    "github": lambda text: "\n::error " in text,
    "gitlab": _is_json,
}
"""Format → whether stdout is what the format promises of a failure; sarif and csv are not for `plan`."""


def test_every_format_is_checked() -> None:
    """A new format needs a check here."""
    assert {*CHECKS, "sarif", "csv"} == set(FORMATS)


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize(("error", "code"), FAILURES, ids=lambda value: type(value).__name__)
def test_failure_in_any_format_has_its_exit_code_and_valid_output(
    fake: FakeApi, error: BaseException, code: int, name: str
) -> None:
    """The code does not depend on the format, and no control character reaches stdout."""
    fake.fail = error

    ran = run("plan", "--format", name)

    assert ran.code == code
    assert CHECKS[name](ran.out)
    assert "\x1b" not in ran.out


def test_sarif_of_a_plan_is_refused_before_any_work(fake: FakeApi) -> None:
    """Only validate has findings."""
    assert run("plan", "--format", "sarif").code == 64
    assert run("plan", "--output", "sarif=x.json").code == 64


def test_csv_of_a_plan_is_refused_before_any_work(fake: FakeApi) -> None:
    """Only what is a table can be one; the workbook of an export is no format of results at all."""
    assert run("plan", "--format", "csv").code == 64
    assert run("plan", "--output", "csv=x.csv").code == 64
    assert run("plan", "--format", "xlsx").code == 64
    assert run("select", "tags: {any: [a]}", "--output", "xlsx=x.xlsx").code == 64
