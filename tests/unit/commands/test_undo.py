"""Undo as a command: nothing is planned while the run is at work."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import FakeStore
from tests.unit.cli.harness import run
from tests.unit.render.runs import RUN, a_run
from vodplan.core.history import ChangeState, RunStatus


def test_undo_of_a_run_at_work_exits_7(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What it will have done is not known yet; the holder is named."""

    class Store(FakeStore):
        """As `api.undo` opens it."""

        def __enter__(self) -> Store:
            return self

        def __exit__(self, *_: object) -> None:
            return None

    at_work = a_run(ChangeState.DONE, ChangeState.INTENT, status=RunStatus.RUNNING)
    monkeypatch.setattr("vodplan.wiring.open_project_store", lambda *_: Store([at_work]))

    ran = run("undo", RUN, cwd=tmp_path)

    assert ran.code == 7
    assert "is at work: ada on runner-7" in " ".join(ran.err.split())
    assert ran.err.endswith(f"Next: vodplan history {RUN}\n")
