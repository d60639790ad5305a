"""Runs one command and tells what it cost. Small on purpose: Linux counts what the parent held at the fork as memory of
the child, so nothing that makes libraries may start what is measured.

    python -S launch.py '{"command": [...], "cores": [1], "out": "FILE", "err": "FILE", "sample": false}'

sample: also add up what the process and its descendants hold, twenty times a second. That takes time of the machine,
        so a run that is sampled is not one that is timed.
"""

from __future__ import annotations

import json
import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def main() -> None:
    """Run the command; print its exit code, seconds and bytes as JSON."""
    job = json.loads(sys.argv[1])
    begin = time.perf_counter()
    pid = os.fork()
    if not pid:
        _become(job)
    held = _watch(pid) if job["sample"] else 0
    _, status, used = os.wait4(pid, 0)
    print(
        json.dumps(
            {
                "code": os.waitstatus_to_exitcode(status),
                "wall": time.perf_counter() - begin,
                "cpu": used.ru_utime + used.ru_stime,
                "peak": max(held, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)),
            }
        )
    )


def _become(job: dict[str, Any]) -> None:
    try:
        if job["cores"] and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, job["cores"])
        for stream, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(job[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.execvpe(job["command"][0], job["command"], os.environ)
    finally:
        os._exit(127)


def _watch(pid: int) -> int:
    most = 0
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        most = max(most, sum(map(_held, _family(pid))))
        time.sleep(0.05)
    return most


def _family(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        try:
            for task in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{task}/children") as lines:
                    found += map(int, lines.read().split())
        except OSError:
            continue
    return found


def _held(pid: int) -> int:
    """Bytes in memory, each page shared with others as its share."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as lines:
            return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    except OSError:
        return 0


if __name__ == "__main__":
    main()
