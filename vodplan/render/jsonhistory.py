"""Runs and leases as JSON documents (docs/output.md)."""

from __future__ import annotations

from typing import assert_never

from vodplan.core.history import ChangeRecord, Holder, LeaseInfo, RunDetail, RunRecord, RunStatus
from vodplan.core.plan import Target
from vodplan.core.values import Json
from vodplan.render.results import LeaseShown, Runs, RunShown, Unlocked


def history_document(result: Runs | RunShown | LeaseShown | Unlocked) -> Json:
    """What a store tells, as one document."""
    match result:
        case Runs():
            return runs_document(result)
        case RunShown():
            return detail_document(result.detail)
        case LeaseShown():
            return {"target": result.target, "lease": _lease(result.lease)}
        case Unlocked():
            removed = result.lease is not None
            return {
                "target": result.target,
                "removed": removed,
                "why": result.why or None,
                "lease": _lease(result.lease),
                "next": result.next,
            }
        case _:
            assert_never(result)


def _lease(lease: LeaseInfo | None) -> Json:
    return None if lease is None else lease_document(lease)


def runs_document(shown: Runs) -> Json:
    """`runs`, newest first; with `touched`, the changes of the asset that was asked for, when one was."""
    listed: list[Json] = []
    for record in shown.runs:
        document = run_document(record)
        if shown.asset:
            document["touched"] = [change_document(one) for one in record.touched]
        listed.append(document)
    return {"runs": listed}


def detail_document(detail: RunDetail) -> Json:
    """`run` and its `changes`, in the plan's order."""
    return {"run": run_document(detail.record), "changes": [change_document(one) for one in detail.changes]}


def run_document(record: RunRecord) -> dict[str, Json]:
    """One run. `converged` and `unconverged` are null where reading back was not possible or the run has no end."""
    unconverged: Json = None
    converged: Json = None
    if record.unconverged is not None:
        unconverged = [
            {"address": str(one.address), "field": one.field, "wanted": one.wanted, "live": one.live}
            for one in record.unconverged
        ]
        converged = record.status is RunStatus.COMPLETE and not record.unconverged
    return {
        "id": record.id,
        "status": record.status.value,
        "started": record.started,
        "ended": record.ended,
        "target": target_document(record.target),
        "holder": holder_document(record.holder),
        "changes": record.changes,
        "counts": {state.value: count for state, count in record.counts.items()},
        "converged": converged,
        "unconverged": unconverged,
        "verify_error": record.verify_error,
        "interrupted": record.interrupted,
        "resumed": record.resumed,
        "allow_deletes": record.allow_deletes,
        "plan_digest": record.plan_digest,
        "plan_created_at": record.plan_created_at,
        "manifests_digest": record.manifests_digest,
        "vodplan_version": record.vodplan_version,
    }


def change_document(one: ChangeRecord) -> dict[str, Json]:
    """One change of a run: what was planned, and what became of it. `outcome` is one of the seven states."""
    change, outcome = one.change, one.outcome
    return {
        "place": one.place,
        "address": str(change.address),
        "kind": change.kind,
        "id": change.id,
        "action": change.action.value,
        "before": None if change.before is None else dict(change.before),
        "after": None if change.after is None else dict(change.after),
        "facts": dict(change.facts),
        "source": {"file": change.source.file, "line": change.source.line},
        "reason": change.reason,
        "outcome": one.state.value,
        "code": outcome.code if outcome else "",
        "detail": outcome.detail if outcome else "",
        "request_id": outcome.request_id if outcome else "",
        "at": one.at,
    }


def target_document(target: Target) -> Json:
    """The target that a run or a lease is for."""
    return {"name": target.name, "region": target.region, "endpoint": target.endpoint, "account": target.account}


def holder_document(holder: Holder) -> dict[str, Json]:
    """Who ran it, and where."""
    return {"owner": holder.owner, "host": holder.host, "pid": holder.pid, "ci_link": holder.ci_link}


def lease_document(lease: LeaseInfo) -> Json:
    """A lease: its holder, its run, and how long it lasts."""
    return {
        "holder": holder_document(lease.holder),
        "run": lease.run,
        "since": lease.since,
        "expires": lease.expires,
        "expires_in": round(lease.expires_in, 1),
        "expired": lease.expired,
        "gone": lease.gone,
    }
