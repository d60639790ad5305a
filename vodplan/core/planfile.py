"""A plan as its one canonical JSON document, and back."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import cast

from vodplan.core.address import Address
from vodplan.core.change import Action, Change
from vodplan.core.diagnostics import SourceRef
from vodplan.core.plan import (
    FORMAT_VERSION,
    Cost,
    GuardRefusal,
    Missing,
    NotConverging,
    Plan,
    Reading,
    Road,
    RuleUse,
    Scheduled,
    Summary,
    Target,
)
from vodplan.core.values import Json, canonical_json, fingerprint

Document = dict[str, Json]

NOT_DIGESTED = ("created_at", "digest")
"""The members that the digest leaves out: the time of making, so that equal plans have equal digests, and itself."""


def document(plan: Plan) -> Document:
    """The plan as plain JSON, in the shape of schemas/plan.v1.json.

    source: docs/contract.md section 5.
    """
    return {
        "format_version": FORMAT_VERSION,
        "vodplan_version": plan.vodplan_version,
        "created_at": plan.created_at,
        "target": {
            "name": plan.target.name,
            "region": plan.target.region,
            "endpoint": plan.target.endpoint,
            "account": plan.target.account,
        },
        "manifests_digest": plan.manifests_digest,
        "changes": [_change(change) for change in plan.changes],
        "guards": [
            {
                "guard": guard.guard,
                "number": guard.number,
                "threshold": guard.threshold,
                "setting": guard.setting,
                "message": guard.message,
                "addresses": list(guard.addresses),
            }
            for guard in plan.guards
        ],
        "scheduled": [
            {
                "address": str(one.address),
                "action": one.action.value,
                "after": one.after.isoformat(),
                "source": _source(one.source),
                "reason": one.reason,
            }
            for one in plan.scheduled
        ],
        "missing": [{"address": str(one.address), "source": _source(one.source)} for one in plan.missing],
        "unconverged": [
            {
                "address": str(one.address),
                "field": one.field,
                "wanted": one.wanted,
                "live": one.live,
                "source": _source(one.source),
            }
            for one in plan.unconverged
        ],
        "summary": dict(dataclasses.asdict(plan.summary)),
        "managed": dict(plan.managed),
        "cost": {
            "calls": dict(plan.cost.calls),
            "seconds": plan.cost.seconds,
            "bytes_freed": plan.cost.bytes_freed,
        },
        **({} if plan.reading is None else {"reading": _reading(plan.reading)}),
        **({"rules": [_rule(one) for one in plan.rules]} if plan.rules else {}),
        **({} if plan.base is None else {"base": plan.base}),
        "digest": plan.digest,
    }


def digest(plan_document: Mapping[str, Json]) -> str:
    """The digest of a plan document: SHA-256, 64 hex digits, over all of it but `created_at` and `digest`."""
    return fingerprint({name: value for name, value in plan_document.items() if name not in NOT_DIGESTED})


def seal(plan: Plan) -> Plan:
    """The plan with its digest set."""
    return dataclasses.replace(plan, digest=digest(document(plan)))


def plan_bytes(plan: Plan) -> bytes:
    """The canonical bytes of a plan, with a final newline; equal plans made at the same time have equal bytes."""
    return canonical_json(document(plan)) + b"\n"


def from_document(plan_document: Mapping[str, Json]) -> Plan:
    """The plan that a document describes.

    plan_document: already checked against schemas/plan.v1.json; its digest is taken as it stands, not checked here.
    """
    fields = cast("Mapping[str, Mapping[str, Json]]", plan_document)
    target = fields["target"]
    cost = fields["cost"]
    return Plan(
        target=Target(
            name=str(target["name"]),
            region=str(target["region"]),
            endpoint=str(target["endpoint"]),
            account=_text(target["account"]),
        ),
        created_at=str(plan_document["created_at"]),
        vodplan_version=str(plan_document["vodplan_version"]),
        manifests_digest=str(plan_document["manifests_digest"]),
        changes=tuple(_read_change(one) for one in _objects(plan_document["changes"])),
        guards=tuple(_read_guard(one) for one in _objects(plan_document["guards"])),
        scheduled=tuple(_read_scheduled(one) for one in _objects(plan_document["scheduled"])),
        missing=tuple(
            Missing(address=Address.parse(str(one["address"])), source=_read_source(one["source"]))
            for one in _objects(plan_document["missing"])
        ),
        # Plans that the first version of the store kept do not have it.
        unconverged=tuple(_read_not_converging(one) for one in _objects(plan_document.get("unconverged", ()))),
        summary=Summary(**{name: cast("int", value) for name, value in fields["summary"].items()}),
        managed=cast("Mapping[str, int]", fields["managed"]),
        cost=Cost(
            calls=cast("Mapping[str, int]", cost["calls"]),
            seconds=cast("float", cost["seconds"]),
            bytes_freed=cast("int", cost["bytes_freed"]),
        ),
        # Plans of versions that knew one way to read do not have it.
        reading=_read_reading(plan_document.get("reading")),
        rules=tuple(_read_rule(one) for one in _objects(plan_document.get("rules", ()))),
        base=_text(plan_document.get("base")),
        digest=str(plan_document["digest"]),
    )


def _change(change: Change) -> Document:
    return {
        "address": str(change.address),
        "kind": change.kind,
        "id": change.id,
        "action": change.action.value,
        "before": None if change.before is None else dict(change.before),
        "after": None if change.after is None else dict(change.after),
        "fingerprint": change.fingerprint,
        "params": dict(change.params),
        "facts": dict(change.facts),
        "source": _source(change.source),
        "rule": change.rule,
        "reason": change.reason,
        "certain": change.certain,
        "bytes_freed": change.bytes_freed,
        **({"origins": dict(change.origins)} if change.origins else {}),
    }


def _reading(reading: Reading) -> Document:
    return {
        "road": reading.road.value,
        "why": reading.why,
        "assets": reading.assets,
        "by_search": reading.by_search,
        "by_id": reading.by_id,
        "snapshot": reading.snapshot,
        "since": reading.since,
    }


def _rule(one: RuleUse) -> Document:
    return {
        "name": one.name,
        "query": one.query,
        "matches": one.matches,
        "limit": one.limit,
        "source": _source(one.source),
    }


def _source(source: SourceRef) -> Document:
    return {"file": source.file, "line": source.line}


def _read_change(one: Mapping[str, Json]) -> Change:
    return Change(
        address=Address.parse(str(one["address"])),
        id=_text(one["id"]),
        action=Action(str(one["action"])),
        before=_mapping(one["before"]),
        after=_mapping(one["after"]),
        fingerprint=str(one["fingerprint"]),
        source=_read_source(one["source"]),
        params=_mapping(one["params"]) or {},
        facts=_mapping(one["facts"]) or {},
        rule=_text(one["rule"]),
        reason=_text(one["reason"]),
        certain=bool(one["certain"]),
        bytes_freed=cast("int | None", one["bytes_freed"]),
        origins=cast("Mapping[str, str]", _mapping(one.get("origins")) or {}),
    )


def _read_guard(one: Mapping[str, Json]) -> GuardRefusal:
    return GuardRefusal(
        guard=str(one["guard"]),
        number=str(one["number"]),
        threshold=str(one["threshold"]),
        setting=str(one["setting"]),
        message=str(one["message"]),
        addresses=tuple(str(address) for address in cast("Sequence[Json]", one["addresses"])),
    )


def _read_scheduled(one: Mapping[str, Json]) -> Scheduled:
    return Scheduled(
        address=Address.parse(str(one["address"])),
        action=Action(str(one["action"])),
        after=datetime.date.fromisoformat(str(one["after"])),
        source=_read_source(one["source"]),
        reason=_text(one["reason"]),
    )


def _read_not_converging(one: Mapping[str, Json]) -> NotConverging:
    return NotConverging(
        address=Address.parse(str(one["address"])),
        field=str(one["field"]),
        wanted=one["wanted"],
        live=one["live"],
        source=_read_source(one["source"]),
    )


def _read_reading(value: Json) -> Reading | None:
    one = _mapping(value)
    if one is None:
        return None
    return Reading(
        road=Road(str(one["road"])),
        why=str(one["why"]),
        assets=cast("int", one["assets"]),
        by_search=cast("int", one["by_search"]),
        by_id=cast("int", one["by_id"]),
        snapshot=_text(one["snapshot"]),
        since=_text(one["since"]),
    )


def _read_rule(one: Mapping[str, Json]) -> RuleUse:
    return RuleUse(
        name=str(one["name"]),
        query=str(one["query"]),
        matches=cast("int", one["matches"]),
        limit=cast("int | None", one["limit"]),
        source=_read_source(one["source"]),
    )


def _read_source(value: Json) -> SourceRef:
    source = cast("Mapping[str, Json]", value)
    return SourceRef(str(source["file"]), cast("int", source["line"]))


def _objects(value: Json) -> Sequence[Mapping[str, Json]]:
    return cast("Sequence[Mapping[str, Json]]", value)


def _mapping(value: Json) -> Mapping[str, Json] | None:
    return cast("Mapping[str, Json] | None", value)


def _text(value: Json) -> str | None:
    return None if value is None else str(value)
