"""Helpers: a project around a folder, a manifest from a text, diagnostics as lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vodplan.core.diagnostics import Diagnostic
from vodplan.core.policy import Policy
from vodplan.manifests import modelled
from vodplan.manifests.compose import Composer
from vodplan.manifests.findings import Findings
from vodplan.manifests.load import Loaded, load
from vodplan.manifests.project import Project

VERSION = "apiVersion: vodplan/v1\n"


def project(root: Path, *manifests: str, policy: Policy | None = None) -> Project:
    """A project without a file; all of `root` holds manifests unless names below it are given."""
    named = tuple(root / name for name in manifests) or (root,)
    return Project(path=None, root=root, manifests=named, policy=policy or Policy())


def loaded(root: Path, text: str | bytes, *, policy: Policy | None = None) -> Loaded:
    """One manifest, `one.yaml`, loaded; texts get the apiVersion in front."""
    content = text if isinstance(text, bytes) else f"{VERSION}{text}".encode()
    (root / "one.yaml").write_bytes(content)
    return load([], project=project(root, policy=policy))


def plain(text: str) -> object:
    """A YAML text as plain data, by vodplan's own reading of YAML."""
    composer = Composer(text.encode(), Findings("one.yaml"))
    return modelled.plain(composer.node(composer.root(), 1))


def codes(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """The codes, in order."""
    return [one.code for one in diagnostics]


def shown(diagnostics: Sequence[Diagnostic]) -> str:
    """Diagnostics as a reviewer reads them in a golden file."""
    return "".join(_lines(one) for one in diagnostics)


def _lines(one: Diagnostic) -> str:
    place = f"{one.span.file}:{one.span.line}:{one.span.column}" if one.span else "-"
    lines = [f"{place}: {one.severity}[{one.code}]: {one.summary}", f"  {_plain(one.detail)}"]
    if one.excerpt is not None and one.span is not None:
        lines.append(f"  | {_cut(_plain(one.excerpt))}")
        under = " " * (one.span.column - 1) + "^" * one.span.length
        lines.append(f"  | {_cut(under)}")
    return "\n".join(lines) + "\n\n"


def _plain(text: str) -> str:
    return "".join(character if character.isprintable() else f"\\u{ord(character):04x}" for character in text)


def _cut(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:120]}…"
