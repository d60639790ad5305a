"""The changes of a plan file, checked by hand: what is surely right is told quickly, everything else is the model's.

A plan of 20,000 changes is mostly changes, and all of them look alike. Nothing is refused here: whatever is not plainly
right goes through `vodplan.planfile.model`, which accepts it or says where it is wrong.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from types import NoneType

import orjson

from vodplan.core.change import Action
from vodplan.core.origins import ChangeOrigin
from vodplan.core.planfile import NOT_DIGESTED
from vodplan.core.values import Json, canonical_json

_MEMBERS = frozenset(
    {
        "address",
        "kind",
        "id",
        "action",
        "before",
        "after",
        "fingerprint",
        "params",
        "facts",
        "source",
        "rule",
        "reason",
        "certain",
        "bytes_freed",
    }
)
"""A change with other members than these, of a later version perhaps, is not plain."""

_ORIGINS = frozenset(origin.value for origin in ChangeOrigin)
_SOURCE = frozenset({"file", "line"})
_ACTIONS = frozenset(action.value for action in Action)
_SCALARS = frozenset({str, int, bool, NoneType})
_address = re.compile("[a-z_]+/.").match
_fingerprint = re.compile("[0-9a-f]{64}").fullmatch


def plain(changes: object) -> bool:
    """Whether a member of a loaded JSON document is surely a list of changes as the model wants them.

    Its values then lie no deeper than a list or an object in a field, and no number in it has an exponent.
    """
    return type(changes) is list and all(map(_plain, changes))


def plain_digest(document: Mapping[str, Json]) -> str:
    """As `core.planfile.digest`, for a document whose changes are plain."""
    members = {
        name: canonical_json(value) for name, value in document.items() if name not in ("changes", *NOT_DIGESTED)
    }
    # Of what is plain both encoders make the same bytes, and the other is four times as fast.
    members["changes"] = orjson.dumps(document["changes"], option=orjson.OPT_SORT_KEYS)
    whole = b",".join(canonical_json(name) + b":" + members[name] for name in sorted(members))
    return hashlib.sha256(b"{" + whole + b"}").hexdigest()


def _plain(one: object) -> bool:
    if type(one) is not dict or (one.keys() != _MEMBERS and not _with_origins(one)):
        return False
    address, fingerprint, identity, freed = one["address"], one["fingerprint"], one["id"], one["bytes_freed"]
    return (
        type(address) is str
        and _address(address) is not None
        and type(one["kind"]) is str
        and (identity is None or type(identity) is str)
        and type(one["action"]) is str
        and one["action"] in _ACTIONS
        and (one["before"] is None or _flat(one["before"]))
        and (one["after"] is None or _flat(one["after"]))
        and type(fingerprint) is str
        and _fingerprint(fingerprint) is not None
        and _flat(one["params"])
        and _flat(one["facts"])
        and _names_a_line(one["source"])
        and (one["rule"] is None or type(one["rule"]) is str)
        and (one["reason"] is None or type(one["reason"]) is str)
        and type(one["certain"]) is bool
        and (freed is None or (type(freed) is int and freed >= 0))
    )


def _with_origins(one: Mapping[str, Json]) -> bool:
    """Whether a change has the one member more that plans beside a base revision have."""
    origins = one.get("origins")
    return (
        one.keys() == _MEMBERS | {"origins"}
        and type(origins) is dict
        and _ORIGINS.issuperset(value if type(value) is str else "" for value in origins.values())
    )


def _names_a_line(source: object) -> bool:
    return (
        type(source) is dict
        and source.keys() == _SOURCE
        and type(source["file"]) is str
        and type(source["line"]) is int
        and source["line"] >= 1
    )


def _flat(members: object) -> bool:
    if type(members) is not dict:
        return False
    return all(_shallow(value) for value in members.values() if type(value) not in _SCALARS)


def _shallow(value: object) -> bool:
    if type(value) is float:
        return _reads_alike(value)
    inside = value.values() if type(value) is dict else value if type(value) is list else (value,)
    return _SCALARS.issuperset(map(type, inside))


def _reads_alike(number: float) -> bool:
    """Whether a fraction is written with the same characters by both encoders: none of them uses an exponent."""
    return number == 0 or 1e-4 <= abs(number) < 1e16
