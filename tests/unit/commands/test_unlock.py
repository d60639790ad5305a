"""A lock goes only when its holder is gone, or when somebody who saw the holder says so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.harness import run
from tests.unit.render.runs import RUN, a_lease
from vodplan import api
from vodplan.core.history import LeaseInfo
from vodplan.core.plan import Target

TARGET = Target(name="production", region="cn-shanghai", endpoint="vod.cn-shanghai.aliyuncs.com")
LIVE = a_lease()
EXPIRED = a_lease(expires_in=-3.0)
GONE = a_lease(gone=True)


@dataclass
class Locks:
    """The lease of the one target; `then` is what it is once somebody has been asked."""

    lease: LeaseInfo | None
    then: Sequence[LeaseInfo | None] = ()
    removed: list[bool] = field(default_factory=list)
    looks: int = 0

    def on_lease(self, **_: Any) -> tuple[Target, LeaseInfo | None]:
        """In the place of `api.lease`."""
        self.looks += 1
        later = self.then[self.looks - 2] if self.then and self.looks > 1 else self.lease
        return TARGET, later

    def on_unlock(self, *, force: bool, **_: Any) -> LeaseInfo | None:
        """In the place of `api.unlock`."""
        if self.lease is not None:
            self.removed.append(force)
        return self.lease


@pytest.fixture
def locks(monkeypatch: pytest.MonkeyPatch) -> Locks:
    """Behind the command."""
    made = Locks(None)
    monkeypatch.setattr(api, "lease", made.on_lease)
    monkeypatch.setattr(api, "unlock", made.on_unlock)
    return made


def test_unlock_without_a_lock_says_so(locks: Locks, tmp_path: Path) -> None:
    """Nothing to do is done, also when forced."""
    text = run("unlock", cwd=tmp_path)
    document = json.loads(run("unlock", "--force", "--format", "json", cwd=tmp_path).out)

    assert (text.code, text.out) == (0, 'Nothing to unlock: no run holds the target "production".\n')
    assert document == {"target": "production", "removed": False, "why": None, "lease": None, "next": ""}


@pytest.mark.parametrize(("lease", "why"), [(EXPIRED, "expired"), (GONE, "gone")])
@pytest.mark.parametrize("flags", [[], ["--force"]])
def test_unlock_of_a_holder_that_is_gone_shows_who_it_was(
    locks: Locks, tmp_path: Path, lease: LeaseInfo, why: str, flags: list[str]
) -> None:
    """Owner, host, process, CI job, run and times; nobody is asked and nothing is forced."""
    locks.lease = lease

    text = run("unlock", *flags, cwd=tmp_path)
    document = json.loads(run("unlock", *flags, "--format", "json", cwd=tmp_path).out)

    assert (text.code, locks.removed) == (0, [False, False])
    for said in ("ada", "runner-7, process 4242", "https://ci.example.com/jobs/9", RUN, "2026-11-21T09:30:12.345Z"):
        assert said in text.out
    assert (document["removed"], document["why"]) == (True, why)
    assert document["lease"]["holder"]["owner"] == "ada"


def test_unlock_of_a_live_holder_is_refused_with_7(locks: Locks, tmp_path: Path) -> None:
    """It says who holds it and for how long, and how to go on."""
    locks.lease = LIVE

    ran = run("unlock", "--target", "my lab", cwd=tmp_path)

    assert (ran.code, ran.out, locks.removed) == (7, "", [])
    said = " ".join(ran.err.split())
    assert "held by ada on runner-7 (process 4242, https://ci.example.com/jobs/9)" in said
    assert "its lock ends by itself in 41 s" in said
    assert "type: vodplan unlock --force --target 'my lab'" in said
    assert ran.err.endswith(f"Next: vodplan history {RUN}\n")


def test_unlock_forced_without_a_terminal_needs_the_approval(locks: Locks, tmp_path: Path) -> None:
    """Two applies on one library do harm: a script has to say it twice."""
    locks.lease = LIVE

    refused = run("unlock", "--force", cwd=tmp_path)
    forced = run("unlock", "--force", "--auto-approve", "--format", "json", cwd=tmp_path)

    assert (refused.code, forced.code, locks.removed) == (4, 0, [True])
    assert refused.err.endswith("Next: vodplan unlock --force --auto-approve\n")
    assert json.loads(forced.out)["why"] == "forced"


@pytest.mark.parametrize(("typed", "removed"), [("ada\n", True), ("yes\n", False), ("", False), ("ADA\n", False)])
def test_unlock_forced_on_a_terminal_wants_the_owner_typed(
    locks: Locks, tmp_path: Path, typed: str, removed: bool
) -> None:
    """Whoever forces it has read whose lock it is."""
    locks.lease = LIVE

    ran = run("unlock", "--force", cwd=tmp_path, stdin=typed)

    assert ran.code == (0 if removed else 4)
    assert locks.removed == ([True] if removed else [])
    assert "runner-7, process 4242" in ran.err


def test_unlock_forced_spares_a_lock_that_changed_hands(locks: Locks, tmp_path: Path) -> None:
    """What was approved was the lock of the one who was shown."""
    locks.lease = LIVE
    locks.then = [a_lease(owner="bob")]
    object.__setattr__(locks.then[0], "run", "20261121-093500000-another")

    ran = run("unlock", "--force", cwd=tmp_path, stdin="ada\n")

    assert (ran.code, locks.removed) == (7, [])
    assert "changed hands" in ran.err
    assert "bob" in ran.err


def test_unlock_auto_approve_alone_forces_nothing(locks: Locks, tmp_path: Path) -> None:
    """The approval is of a force that was asked for."""
    locks.lease = LIVE

    assert run("unlock", "--auto-approve", cwd=tmp_path).code == 7
    assert locks.removed == []
