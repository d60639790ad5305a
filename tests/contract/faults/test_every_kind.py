"""That no kind of fault is left without a test of the client."""

from __future__ import annotations

import ast
from pathlib import Path

from vodplan.emulator.faults import FaultKind


def test_every_kind_of_fault_meets_the_client() -> None:
    """A kind that is added to the emulator needs a test in this folder that names it."""
    literals = {
        node.value
        for file in Path(__file__).parent.glob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }

    assert set(map(str, FaultKind)) - literals == set()
