"""Finds what a selector selects, so that a rule can be tried before it is written."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vodplan.api.planning import live_reader
from vodplan.api.projects import StrPath, find_project

if TYPE_CHECKING:
    from vodplan.core.selector import Selector
    from vodplan.core.values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a selector found.

    target: the name of the target.
    query:  the selector in words.
    assets: address → its facts and field values, as in `Change.facts`; oldest first.
    """

    target: str
    query: str
    assets: Mapping[str, Mapping[str, Json]]


def parse_selector(expression: str) -> Selector:
    """Read a selector as it stands behind `select:` in a rule; the outer braces may be left out.

    raises: ManifestError with every finding, its place counted in the expression.
    """
    from vodplan.manifests.rules import parse

    return parse(expression)


def select_assets(
    expression: str,
    *,
    target: str | None = None,
    config: StrPath | None = None,
    cwd: StrPath | None = None,
    environ: Mapping[str, str] | None = None,
) -> Selection:
    """Find the assets that a selector selects, as a rule would; nothing is written.

    raises: ManifestError, ConfigError, ApiError, CredentialsError.
    """
    from vodplan.core.categories import CategoryTree
    from vodplan.core.decide import described
    from vodplan.core.selector import told
    from vodplan.engine.rules import select
    from vodplan.registry import KINDS
    from vodplan.vod.concurrency import run as run_alone
    from vodplan.wiring import choose

    environment = os.environ if environ is None else environ
    selector = parse_selector(expression)
    project = find_project(config=config, cwd=cwd, environ=environment)
    choice = choose(project, target, environment)

    async def work() -> Selection:
        async with contextlib.AsyncExitStack() as stack:
            reader = live_reader(stack, choice, project, environment)
            tree = CategoryTree(await reader.categories(KINDS[selector.kind].tree))
            found = [one async for one in select(selector, reader=reader, kinds=KINDS, tree=tree)]
            found.sort(key=lambda one: (str(one.facts.get("created") or ""), one.id))
            assets = {f"{one.kind}/{one.id}": described(one, KINDS[one.kind], tree) for one in found}
            return Selection(target=choice.name, query=told(selector), assets=assets)

    return run_alone(work())
