"""What report tells, as a JSON document (schemas/report.v1.json), written as it is gone through."""

from __future__ import annotations

import json
from collections.abc import Iterator

from vodplan._version import __version__
from vodplan.core.survey import Finding
from vodplan.core.unmanaged import Amount
from vodplan.core.values import Json
from vodplan.render.results import SurveyShown


def survey_pieces(shown: SurveyShown) -> Iterator[str]:
    """One document; `findings` has every finding with every asset."""
    found = shown.found
    kinds: dict[str, Json] = {name: _amount(one) for name, one in found.kinds.items()}
    head = {
        "format_version": "1",
        "vodplan_version": __version__,
        "created_at": found.created_at,
        "target": found.target,
        "untouched_days": found.wishes.untouched,
        "huge_assets": found.wishes.huge,
        "library": _amount(found.total),
        "by_kind": kinds,
        "by_age": {name: _amount(one) for name, one in found.ages.items()},
        "by_category": [
            {"kind": kind, "category": name, **_amount(one)} for (kind, name), one in sorted(found.categories.items())
        ],
        "undated": found.undated,
        "missed": found.missed,
        "next": shown.next,
    }
    yield f'{json.dumps(head, indent=2).removesuffix(chr(10) + "}")},\n  "findings": ['
    separator = "\n    "
    for one in found.findings:
        yield f'{separator}{json.dumps(_head(one)).removesuffix("}")}, "assets": ['
        between = ""
        for member in one.members():
            asset = {"address": f"{member.kind}/{member.id}", "title": member.title, "created": member.created}
            yield f"{between}{json.dumps(asset)}"
            between = ", "
        yield "]}"
        separator = ",\n    "
    yield "\n  ]\n}\n" if separator.startswith(",") else "]\n}\n"


def _head(one: Finding) -> dict[str, Json]:
    return {
        "check": one.check.value,
        "kind": one.kind,
        "subject": one.subject,
        **_amount(one.amount),
        "strays": {tag: uses for tag, uses in one.parts},
        "patch": one.patch,
        "why": one.why,
    }


def _amount(one: Amount) -> dict[str, Json]:
    return {"count": one.assets, "bytes": one.size}
