"""Every row of the suite with both of the vendor's SDKs, and that the rows leave nothing documented out."""

from contextlib import suppress

import pytest

from tests.contract.sdk.clients import Answer, Caller
from tests.contract.sdk.conformance import PAGE, page
from tests.contract.sdk.rows import ABSENT, CODES, ROWS, Row
from vodplan.emulator import RunningEmulator
from vodplan.emulator.operations import OPERATIONS


def _found(answer: Answer, path: str) -> object:
    if path == "code":
        return answer.code
    with suppress(KeyError):
        return answer.at(path)
    return ABSENT


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_row(row: Row, call: Caller, emulator: RunningEmulator) -> None:
    """The documented answer: status, code, values, what is left out, and what a read finds afterwards."""
    for operation, params in row.before:
        assert call(operation, params).status == 200
    emulator.set_faults(list(row.faults))
    try:
        answer = call(row.operation, row.params)
    finally:
        emulator.set_faults([])

    assert (answer.status, answer.code) == (row.status, row.code)
    assert {path: _found(answer, path) for path in row.expect} == dict(row.expect)
    nothing = (ABSENT, []) if answer.modelled else (ABSENT,)
    assert [path for path in row.absent if _found(answer, path) not in nothing] == []
    for then in row.then:
        after = call(then.operation, then.params)
        assert {path: _found(after, path) for path in then.expect} == dict(then.expect)


def test_suite_has_a_success_and_every_documented_code_of_each_operation() -> None:
    """A new operation or code without a row is an omission."""
    shown = {(row.operation, row.code) for row in ROWS}
    wanted = {(operation, code) for operation in OPERATIONS for code in ("", *CODES[operation])}

    assert wanted - shown == set()
    assert set(CODES) == set(OPERATIONS)


def test_suite_makes_at_least_150_calls() -> None:
    """Two clients, every row, and the reads after."""
    assert 2 * (len(ROWS) + sum(len(row.then) for row in ROWS)) >= 150


def test_conformance_page_is_the_one_that_the_rows_give() -> None:
    """docs/conformance.md is generated: `python -m tests.contract.sdk.conformance` writes it again."""
    assert PAGE.read_text(encoding="utf-8") == page()
