"""Whether a person, or a flag, lets a plan be carried out."""

from __future__ import annotations

from vodplan.commands.console import Console
from vodplan.core.approve import check_allowances
from vodplan.core.errors import Refused
from vodplan.core.plan import Plan
from vodplan.render.amounts import count


def approval(plan: Plan, console: Console, *, auto: bool, allow_deletes: int | None, command: str, again: str) -> int:
    """Get the approval of a plan that is not empty.

    auto, allow_deletes: what the command line approves beforehand.
    command: what to type to approve this plan without being asked; ends refusals.
    again:   what plans it again.
    returns: the number of removals approved.
    raises:  Refused, before anything is written.
    source:  docs/contract.md section 6.
    """
    if plan.guards:
        _check(plan, allow_deletes, next=again)
    if auto:
        _check(plan, allow_deletes, next=command)
        return plan.summary.delete
    if not console.interactive:
        raise Refused(
            "There is no terminal to ask on, and the plan was not approved on the command line. Nothing was written.",
            next=command,
        )
    removals = plan.summary.delete
    if allow_deletes is None and removals:
        _ask_for_number(removals, console, command)
        return removals
    _check(plan, allow_deletes, next=command)
    _ask_for_yes(plan, console, command)
    return removals


def _check(plan: Plan, allow_deletes: int | None, *, next: str) -> None:
    try:
        check_allowances(plan, allow_deletes)
    except Refused as refused:
        raise Refused(refused.message, next=next) from refused


def _ask_for_number(removals: int, console: Console, command: str) -> None:
    things = count(removals, "thing")
    answer = console.ask(f"\nThis removes {things} for good.\nType the number of removals to apply: ")
    if answer != str(removals):
        message = f"Not approved: the answer was not {removals}. Nothing was written."
        raise Refused(message, next=_asking(command, removals))


def _ask_for_yes(plan: Plan, console: Console, command: str) -> None:
    answer = console.ask(f"\nApply {count(len(plan.changes), 'change')} to {_safe(plan.target.name)}? Type yes: ")
    if answer != "yes":
        message = "Not approved: the answer was not yes. Nothing was written."
        raise Refused(message, next=_asking(command, plan.summary.delete))


def _asking(command: str, removals: int) -> str:
    """The same command without the flags that approve: somebody who is asked is not taught to skip the question."""
    return command.replace(f" --allow-deletes {removals}", "").replace(" --auto-approve", "")


def _safe(text: str) -> str:
    from vodplan.render.escape import terminal

    return terminal(text)
