"""The plain records of runs and leases."""

from __future__ import annotations

import pytest

from vodplan.core.address import Address
from vodplan.core.change import Action
from vodplan.core.history import ChangeState, Holder, LeaseInfo, RunRecord, RunStatus, state_of, verdict_of
from vodplan.core.plan import Target
from vodplan.core.report import Outcome, Verdict

TARGET = Target(name="production", region="cn-shanghai", endpoint="vod.cn-shanghai.aliyuncs.com")
HOLDER = Holder(owner="ada", host="runner-7", pid=42)


@pytest.mark.parametrize(("seconds", "expired"), [(0.1, False), (0.0, True), (-5.0, True)])
def test_lease_is_over_at_its_last_second(seconds: float, expired: bool) -> None:
    """A lease ends when nothing is left of it."""
    info = LeaseInfo(
        target=TARGET, holder=HOLDER, run="r1", since="then", expires="soon", expires_in=seconds, gone=False
    )

    assert info.expired is expired
    assert str(info) == "ada on runner-7 (process 42), run r1, since then, until soon"


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_is_a_state_of_its_own(verdict: Verdict) -> None:
    """A state says as much as the outcome it came from."""
    outcome = Outcome(change=0, address=Address("video", "a"), action=Action.UPDATE, verdict=verdict)

    assert verdict_of(state_of(outcome)) is verdict


def test_states_before_an_outcome_are_no_verdict() -> None:
    """Two states have none: nothing was sent, or nobody knows yet."""
    assert [state for state in ChangeState if verdict_of(state) is None] == [ChangeState.PLANNED, ChangeState.INTENT]


def test_run_record_without_counts_has_none() -> None:
    """What is not asked for is empty, not shared."""
    record = RunRecord(
        id="r1",
        target=TARGET,
        status=RunStatus.RUNNING,
        started="then",
        ended=None,
        holder=HOLDER,
        plan_digest="d",
        plan_created_at="then",
        manifests_digest="m",
        vodplan_version="0",
        allow_deletes=None,
        changes=0,
    )

    assert (dict(record.counts), record.touched, record.unconverged) == ({}, (), None)
