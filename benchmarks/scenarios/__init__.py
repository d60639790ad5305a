"""One file per subject: each makes cases, has them run in turn, and gives rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from benchmarks.bench import Bench, Row
from benchmarks.scenarios import applying, memory, octodns, planning, quotas, startup, terraform, validating, vendor

SCENARIOS: Mapping[str, Callable[[Bench], list[Row]]] = {
    "startup": startup.measure,
    "validate": validating.measure,
    "plan": planning.measure,
    "quotas": quotas.measure,
    "apply": applying.measure,
    "vendor": vendor.measure,
    "octodns": octodns.measure,
    "terraform": terraform.measure,
    "memory": memory.measure,
}
"""Section → what measures it, in the order of the page."""
