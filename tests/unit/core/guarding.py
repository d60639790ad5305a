"""What the tests of guards share: changes, and the guards that hold them."""

from __future__ import annotations

import datetime
from typing import Any

from tests import build
from vodplan.core.change import Action, Change
from vodplan.core.guards import Surroundings, evaluate
from vodplan.core.plan import GuardRefusal
from vodplan.core.policy import Policy
from vodplan.core.values import Json

TREE = build.tree({"Legal": {"Old": {}}, "News": {}})
NOW = datetime.datetime(2026, 6, 15, 8, tzinfo=datetime.UTC)


def surroundings(**known: Any) -> Surroundings:
    """What guards look at: `TREE`, `NOW`, and what is given."""
    return Surroundings(**{"now": NOW, "managed": {}, "tree": TREE, "members": {}, **known})


def refusals(*changes: Change, policy: Policy | None = None, **known: Any) -> tuple[GuardRefusal, ...]:
    """The guards that hold; of every video a stream stays, unless its parts are given."""
    known.setdefault("parts", {change.id: build.parts(build.stream("stays")) for change in changes})
    return evaluate(changes, policy or Policy(), surroundings(**known))


def deletions(count: int, action: Action = Action.DELETE, kind: str = "video") -> list[Change]:
    """So many removals."""
    return [build.change(f"{kind}/v{number}", action) for number in range(count)]


def updates(count: int, kind: str = "video") -> list[Change]:
    """So many updates."""
    return [build.change(f"{kind}/a{number}", Action.UPDATE) for number in range(count)]


def deletion(address: str = "video/v1", **facts: Json) -> Change:
    """A deletion of an asset with these facts."""
    return build.change(address, Action.DELETE, facts=facts)
