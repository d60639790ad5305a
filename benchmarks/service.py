"""The emulator as the measurements see it: an address, keys, and what was called."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.processes import WrongAnswer

LATENCY_MS = 30
"""Of every answer where the service is played with its quotas."""


@dataclass(slots=True, kw_only=True)
class Service:
    """A running emulator; `quotas` is whether it enforces the documented rates."""

    process: subprocess.Popen[str]
    environ: Mapping[str, str]
    quotas: bool

    def ask(self) -> dict[str, dict[str, int]]:
        """The calls since it was last asked: operation → answer → how often."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        counts: dict[str, dict[str, int]] = self._line()["counts"]
        return counts

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise WrongAnswer("the emulator ended")
        told: dict[str, Any] = json.loads(line)
        return told


@contextmanager
def serving(database: Path, *, quotas: bool) -> Iterator[Service]:
    """Serve a library, without limits, or with the documented quotas and 30 ms of latency, until the block ends."""
    command = [sys.executable, "-m", "benchmarks.server", "--db", str(database)]
    if quotas:
        command += ["--quotas", "--latency", str(LATENCY_MS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            service = Service(process=process, environ={}, quotas=quotas)
            told = service._line()
            service.environ = {
                "VODPLAN_ENDPOINT": told["url"],
                "ALIBABA_CLOUD_ACCESS_KEY_ID": told["id"],
                "ALIBABA_CLOUD_ACCESS_KEY_SECRET": told["secret"],
            }
            yield service
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
