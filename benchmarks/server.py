"""The emulator as a process of its own, on one core, that can be asked what it was called for.

Prints one JSON line with its address and keys. Each line on stdin is answered with one JSON line of the calls since the
last one: operation → answer (`ok` or the service's code) → how often. It ends with its stdin.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from pathlib import Path

from benchmarks.processes import first_core
from vodplan.emulator import EmulatorSettings, running


def main() -> None:
    """Serve and answer until stdin ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--quotas", action="store_true")
    parser.add_argument("--latency", type=float, default=0.0)
    args = parser.parse_args()
    cores = first_core()
    if cores:
        os.sched_setaffinity(0, cores)
    settings = EmulatorSettings(quotas=args.quotas, latency_ms=(args.latency, args.latency), call_log=200_000)
    with running(args.db, settings=settings) as emulator:
        _say({"url": emulator.url, "id": emulator.access_key_id, "secret": emulator.access_key_secret})
        for _ in sys.stdin:
            counts: dict[str, Counter[str]] = {}
            for call in emulator.calls():
                counts.setdefault(call.action, Counter())[call.code or "ok"] += 1
            _say({"logged": sum(sum(one.values()) for one in counts.values()), "counts": counts})
            emulator.clear_calls()


def _say(what: object) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
