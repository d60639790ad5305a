"""A warm process that forks one process per apply, so that a sweep of hundreds starts Python once.

    python forking.py

It takes one order a line on standard input, JSON: `{"do": "apply", "root": …, "environ": …, "planfile": …,
"allow_deletes": …, "at": [LABEL, NUMBER] or null}` or `{"do": "resume", "run": …, …}`, and answers each with one line once the
process is gone: `{"signal": …, "ended": …}`. `ended` is what the process said of itself: its report, or the error that it ended
with, and every boundary that it passed; null for a process that was killed.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.crash import points, stepping
from vodplan import api
from vodplan.core.errors import VodplanError
from vodplan.core.report import ApplyReport


def main() -> None:
    """Serve orders until standard input ends."""
    points.without_pacing()
    for line in sys.stdin:
        order = json.loads(line)
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(ours)
            _be_the_child(order, theirs)
        os.close(theirs)
        with os.fdopen(ours, "rb") as said:
            text = said.read()
        _, status = os.waitpid(child, 0)
        ended = json.loads(text or b"null")
        if ended is not None:
            _warm_up(ended.pop("modules", ()))
        answer = {"signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, "ended": ended}
        print(json.dumps(answer), flush=True)


def _warm_up(modules: Iterable[str]) -> None:
    """Import what a child had to import on its way, so that the next one need not."""
    for name in modules:
        if name not in sys.modules:
            importlib.import_module(name)
    gc.freeze()


def _be_the_child(order: Mapping[str, Any], said: int) -> None:
    # It is gone in a moment; looking for garbage would copy the pages that it shares with its parent.
    gc.disable()
    try:
        ended = carry_out(order)
    except BaseException:
        ended = {"bug": traceback.format_exc()}
    with os.fdopen(said, "wb") as pipe:
        pipe.write(json.dumps(ended).encode())
    os._exit(0)


def carry_out(order: Mapping[str, Any]) -> Mapping[str, Any]:
    """Do what an order asks for, in this process."""
    passing = points.Points(tuple(order["at"]) if order.get("at") else None)
    points.install(passing)
    if order.get("step_back"):
        stepping.step_back(order["step_back"], after=order["step_after"])
    root, environ = Path(order["root"]), order["environ"]
    ended: dict[str, Any] = {}
    try:
        if order["do"] == "resume":
            plan, report = api.resume(order["run"], cwd=root, environ=environ)
        else:
            plan = api.read_plan(order["planfile"])
            report = api.apply(plan, cwd=root, environ=environ, allow_deletes=order["allow_deletes"])
        ended["report"] = _shown(report)
        ended["document"] = json.loads(api.report_json(report, plan))
    except VodplanError as error:
        ended["error"] = {
            "type": type(error).__name__,
            "exit_code": error.exit_code,
            "message": error.message,
            "next": error.next,
            "moved": list(getattr(error, "moved", ())),
        }
    ended["passed"] = passing.passed
    ended["modules"] = [name for name in sys.modules if name.partition(".")[0] not in ("__main__", "tests")]
    return ended


def _shown(report: ApplyReport) -> Mapping[str, Any]:
    return {
        "run": report.run,
        "complete": report.complete,
        "converged": report.converged,
        "interrupted": report.interrupted,
        "verdicts": [one.verdict.value for one in report.outcomes],
        "details": [one.detail for one in report.outcomes],
        "counts": {verdict.value: count for verdict, count in report.counts().items()},
    }


if __name__ == "__main__":
    main()
