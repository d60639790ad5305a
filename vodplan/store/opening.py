"""What the beginning of a run writes, worked out ahead: for a large plan that takes longer than writing it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from vodplan.core.history import ChangeState
from vodplan.core.plan import Plan
from vodplan.core.planfile import NOT_DIGESTED, digest, document
from vodplan.store.rows import dumps


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A plan as a new run keeps it.

    head:    its document without the changes, as the column has it.
    changes: one row for each, but for the run's number and the time.
    sealed:  whether the plan's digest is that of its content.
    """

    plan: Plan
    head: str
    changes: Sequence[dict[str, str | int | None]]
    sealed: bool


def opening(plan: Plan) -> Opening:
    """Work out what is written when a run of this plan begins, in any thread, and in small pieces."""
    head = document(plan)
    listed = head.pop("changes")
    assert isinstance(listed, list)
    texts = [dumps(one) for one in listed]
    members = {name: dumps(value) for name, value in head.items() if name not in NOT_DIGESTED}
    members["changes"] = f"[{','.join(texts)}]"
    whole = "{" + ",".join(f'"{name}":{members[name]}' for name in sorted(members)) + "}"
    found = hashlib.sha256(whole.encode("utf-8")).hexdigest()
    return Opening(
        plan=plan,
        head=dumps(head),
        changes=[
            {
                "place": place,
                "address": str(change.address),
                "kind": change.kind,
                "asset_id": change.id,
                "action": change.action.value,
                "document": text,
                "state": ChangeState.PLANNED.value,
                "code": "",
                "detail": "",
                "request_id": "",
            }
            for place, (change, text) in enumerate(zip(plan.changes, texts, strict=True))
        ],
        # With a lone surrogate anywhere the whole is written in escapes, and its parts are not those of the whole.
        sealed=found == plan.digest or digest({**head, "changes": listed}) == plan.digest,
    )
