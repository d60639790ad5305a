"""Programs that the store's tests run as processes of their own, to race, to be killed, to be looked at.

    python child.py URL ROOT PROGRAM [ARGUMENT]

Each says on standard output what it has done, one line at a time, and takes its orders from standard input.
"""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.store.build import TARGET, a_call, a_plan, a_report, an_outcome, an_update
from vodplan.core.errors import Locked, StoreError
from vodplan.store.holder import this_holder
from vodplan.store.open import open_store
from vodplan.store.store import Store


class RealClock:
    """See `core.ports.Clock`."""

    def now(self) -> datetime.datetime:
        """The time."""
        return datetime.datetime.now(datetime.UTC)


def say(text: str) -> None:
    """Tell the test."""
    print(text, flush=True)


def hear() -> str:
    """Wait for the test; empty when it has gone."""
    return sys.stdin.readline().strip()


def race(opened: Callable[[], Store], argument: str) -> None:
    """Open the store at the same time as others, then try for the lease once per order."""
    say("ready")
    hear()
    with opened() as store:
        say("opened")
        while order := hear():
            try:
                lease = store.acquire(TARGET, this_holder(os.environ), run=f"run-{os.getpid()}-{order}")
            except Locked as locked:
                say(f"locked {locked.message}")
                hear()
            else:
                say(f"won {lease.info.run}")
                hear()
                lease.release()
            say("free")


def hold(opened: Callable[[], Store], argument: str) -> None:
    """Take the lease for so many seconds at a time and keep it until told to end; say when it is lost and given back."""
    with opened() as store:
        holder = this_holder(os.environ)
        journal = store.journal(TARGET, holder=holder, allow_deletes=None)
        with store.acquire(
            TARGET, holder, run=journal.run_id, ttl=float(argument), on_lost=lambda reason: say(f"lost {reason}")
        ):
            journal.begin(a_plan(an_update("a1")))
            say(journal.run_id)
            hear()
        say("given back")


def write(opened: Callable[[], Store], argument: str) -> None:
    """Carry changes out one by one and say what was acknowledged: `begun RUN`, `intent N`, `outcome N`, `failed …`."""
    plan = a_plan(*(an_update(f"a{number:04}") for number in range(int(argument))))
    with opened() as store:
        journal = store.journal(TARGET, holder=this_holder(os.environ), allow_deletes=None)
        try:
            journal.begin(plan)
            say(f"begun {journal.run_id}")
            for place in range(len(plan.changes)):
                journal.intent(a_call(plan, place), plan.changes[place : place + 1])
                say(f"intent {place}")
                journal.outcome(a_call(plan, place), [an_outcome(plan, place)])
                say(f"outcome {place}")
            journal.end(a_report(plan, journal.run_id, *(an_outcome(plan, one) for one in range(len(plan.changes)))))
            say("ended")
        except StoreError as error:
            say(f"failed {error.message} | {error.next}")


def main(url: str, root: str, program: str, argument: str = "") -> None:
    """Run one of the programs."""

    def opened() -> Store:
        return open_store(url, root=Path(root), clock=RealClock())

    {"race": race, "hold": hold, "write": write}[program](opened, argument)


if __name__ == "__main__":
    main(*sys.argv[1:])
