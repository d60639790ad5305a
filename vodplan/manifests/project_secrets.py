"""Secrets that must not stand in the project file: found, told, and never shown."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from vodplan.core.diagnostics import Diagnostic
from vodplan.manifests.findings import Findings
from vodplan.manifests.nodes import Map, Node, Scalar, Seq
from vodplan.manifests.wording import quoted

Loc = tuple[int | str, ...]
"""The keys and indexes that lead to a value."""

_SECRET_KEY = re.compile(r"accesskey|secret|securitytoken|ststoken|accesstoken|passw|credential")
_SECRET_VALUE = re.compile(r"\bLTAI[0-9A-Za-z]{10,}|\bSTS\.[0-9A-Za-z]{16,}")
_PASSWORD = re.compile(r"://[^/\s:@]*:[^/\s@]+@")
_ENVIRONMENT = (
    "Take it out, and give it in the environment: ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET, "
    "ALIBABA_CLOUD_SECURITY_TOKEN; or name a profile. If the file was ever pushed, replace the secret."
)
_STORE = "Take it out, and give the whole address in VODPLAN_STORE."


def secrets(node: Node, loc: Loc, found: Findings) -> Iterator[Loc]:
    """Report what must not stand in the file, and give the places, which are not to be reported again."""
    if isinstance(node, Map):
        for name, (key, value) in node.entries.items():
            here = (*loc, name)
            if loc != ("targets",) and _SECRET_KEY.search(_letters(name)):
                found.secret("VP205", f"{quoted(name)} holds a secret, and this file is shared. {_ENVIRONMENT}", key)
                yield here
            else:
                yield from secrets(value, here, found)
    elif isinstance(node, Seq):
        for place, item in enumerate(node.items):
            yield from secrets(item, (*loc, place), found)
    elif isinstance(node, Scalar):
        if _SECRET_VALUE.search(node.value):
            found.secret("VP205", f"An access key or token stands here, and this file is shared. {_ENVIRONMENT}", node)
            yield loc
        elif _has_password(node.value):
            remedy = _STORE if loc == ("store",) else "Take it out."
            found.secret("VP205", f"A password stands in this address, and this file is shared. {remedy}", node)
            yield loc


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


def _has_password(text: str) -> bool:
    if "://" not in text or "@" not in text:
        return False
    try:
        return urlsplit(text).password is not None
    except ValueError:
        return False


def discreet(one: Diagnostic) -> Diagnostic:
    """A finding without its line when the line looks like one with a secret, whatever the finding is about."""
    line = one.excerpt or ""
    if _SECRET_KEY.search(_letters(line)) or _SECRET_VALUE.search(line) or _PASSWORD.search(line):
        return dataclasses.replace(one, excerpt=None)
    return one
