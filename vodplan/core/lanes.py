"""Two operations that do the same, side by side: one takes many items a call, one takes one, each at its own rate."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from vodplan.core.kind import Call, OperationSpec


def side_by_side(
    calls: Sequence[Call], alone: Mapping[str, str], operations: Mapping[str, OperationSpec]
) -> tuple[Call, ...]:
    """The calls of one stage, with as many of them sent item by item as makes both operations end together.

    Where calls are as many as a second allows, or fewer, each stays whole: few calls are worth more than moments.

    alone:      operation that takes several items → the one that does the same to one.
    operations: with the rates that hold.
    returns:    every item in exactly one call; the whole calls first, in their order, then the single items in theirs.
    """
    whole: list[Call] = []
    single: list[Call] = []
    for operation in dict.fromkeys(call.operation for call in calls):
        members = [call for call in calls if call.operation == operation]
        if operation in alone:
            kept, one_by_one = _shared(members, operations[operation], operations[alone[operation]])
            whole.extend(kept)
            single.extend(one_by_one)
        else:
            whole.extend(members)
    return (*whole, *single)


def _shared(calls: Sequence[Call], batch: OperationSpec, alone: OperationSpec) -> tuple[Sequence[Call], list[Call]]:
    kept, items = len(calls), 0
    if kept <= batch.rate:
        return calls, []
    while kept > 1 and (items + len(calls[kept - 1].items)) / alone.rate <= (kept - 1) / batch.rate:
        kept -= 1
        items += len(calls[kept].items)
    one_by_one = [
        dataclasses.replace(call, operation=alone.name, items=(item,)) for call in calls[kept:] for item in call.items
    ]
    return calls[:kept], one_by_one
