"""The report of an apply as its JSON document."""

from __future__ import annotations

from vodplan.core.plan import Plan
from vodplan.core.report import ApplyReport
from vodplan.core.values import Json, canonical_json

FORMAT_VERSION = "1"


def report_document(report: ApplyReport, plan: Plan) -> dict[str, Json]:
    """The report as plain JSON: the run, the five counts, one outcome per change, and what did not converge.

    source: docs/output.md.
    """
    unconverged: Json = None
    if report.unconverged is not None:
        unconverged = [
            {"address": str(one.address), "field": one.field, "wanted": one.wanted, "live": one.live}
            for one in report.unconverged
        ]
    return {
        "format_version": FORMAT_VERSION,
        "run": report.run,
        "plan_digest": report.plan_digest,
        "target": {"name": plan.target.name, "region": plan.target.region, "endpoint": plan.target.endpoint},
        "counts": {verdict.value: count for verdict, count in report.counts().items()},
        "complete": report.complete,
        "converged": report.converged,
        "interrupted": report.interrupted,
        "verify_error": report.verify_error,
        "outcomes": [
            {
                "address": str(one.address),
                "action": one.action.value,
                "outcome": one.verdict.value,
                "code": one.code,
                "detail": one.detail,
                "request_id": one.request_id,
            }
            for one in report.outcomes
        ],
        "unconverged": unconverged,
    }


def report_bytes(report: ApplyReport, plan: Plan) -> bytes:
    """The canonical bytes of a report, with a final newline."""
    return canonical_json(report_document(report, plan)) + b"\n"
