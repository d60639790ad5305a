"""RAM policies, as the console and the command line of RAM take them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from vodplan.core.values import Json


def ram_policy(actions: Sequence[str]) -> Json:
    """A policy that grants the actions, or None when there are none.

    The resource is `*`: single media cannot be named (page «RAM authorization» of the operations).
    """
    if not actions:
        return None
    return {"Version": "1", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}


def policy_text(actions: Sequence[str]) -> str:
    """The same as text to paste, or "" when there are none."""
    policy = ram_policy(actions)
    return "" if policy is None else json.dumps(policy, indent=2)
