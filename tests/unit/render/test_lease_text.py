"""A lock in text."""

from __future__ import annotations

import dataclasses

from tests.unit.render.runs import RUN, a_lease
from vodplan.core.history import Holder
from vodplan.render.canvas import Canvas
from vodplan.render.results import LeaseShown, Result, Unlocked
from vodplan.render.text import TextView


def _text(result: Result) -> str:
    return "".join(TextView(Canvas(width=80)).show(result))


def test_unlocked_shows_who_held_it_and_what_comes_next() -> None:
    """Everything that tells whether the right lock went."""
    shown = Unlocked(target="production", lease=a_lease(gone=True), why="gone", next=f"vodplan apply --resume {RUN}")

    assert _text(shown) == (
        'Unlocked: the target "production" is free, its process is gone. It was held:\n'
        "    owner        ada\n"
        "    host         runner-7, process 4242, which is gone\n"
        "    CI job       https://ci.example.com/jobs/9\n"
        f"    run          {RUN}\n"
        "    since        2026-11-21T09:30:12.345Z\n"
        "    until        2026-11-21T09:31:12.345Z (in 41 s)\n"
        f"Next: vodplan apply --resume {RUN}\n"
    )


def test_lease_that_ran_out_is_said_to_be_over() -> None:
    """No time is left of it."""
    assert "(over)" in _text(Unlocked(target="production", lease=a_lease(expires_in=0.0), why="expired"))


def test_lease_as_it_stands_is_shown_before_a_question() -> None:
    """Held by whom; or by nobody."""
    assert _text(LeaseShown(target="production", lease=a_lease())).startswith('The target "production" is held:\n')
    assert _text(LeaseShown(target="production", lease=None)) == 'No run holds the target "production".\n'


def test_lease_of_a_hostile_owner_is_harmless() -> None:
    """Names and links come from other machines."""
    lease = dataclasses.replace(
        a_lease(), holder=Holder(owner="\x1b]0;x", host="h\u202e", pid=1, ci_link="https://x\x07")
    )

    text = _text(LeaseShown(target="\x9b", lease=lease))

    assert "\\u001b]0;x" in text
    assert not {"\x1b", "\u202e", "\x07", "\x9b"} & set(text)
