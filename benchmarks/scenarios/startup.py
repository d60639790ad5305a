"""How long the program takes to say anything, beside Python that does nothing."""

from __future__ import annotations

from pathlib import Path

from benchmarks.bench import PYTHON, VODPLAN, Bench, Case, Row, environ_of, rows, tell
from benchmarks.processes import second_core, take_turns

BARE = "python -c pass"
_TIMES = 7
"""So many times the runs of the others: what takes 20 ms scatters."""


def measure(bench: Bench) -> list[Row]:
    """The command line's quickest answers, as installed and as a module."""
    folder = bench.root / "small"
    (folder / "manifests").mkdir(parents=True, exist_ok=True)
    (folder / "vodplan.yaml").write_text("apiVersion: vodplan/v1\n")
    (folder / "manifests/news.yaml").write_text(
        "apiVersion: vodplan/v1\nvideos:\n" + "".join(f"  - {{id: video{n}, title: Number {n}}}\n" for n in range(20))
    )
    script = str(Path(PYTHON).with_name("vodplan"))
    commands = {
        BARE: [PYTHON, "-c", "pass"],
        "vodplan --version": [script, "--version"],
        "python -m vodplan --version": [*VODPLAN, "--version"],
        "vodplan --help": [script, "--help"],
        "vodplan plan --help": [script, "plan", "--help"],
        "vodplan validate, 20 videos": [script, "validate", "--config", str(folder / "vodplan.yaml")],
    }
    cases = [
        Case(name=name, command=command, cores=second_core(), environ=environ_of(folder, {}))
        for name, command in commands.items()
    ]
    found = rows(take_turns(cases, bench.runs * _TIMES), videos=0, of={name: BARE for name in commands if name != BARE})
    tell(bench, "startup", found)
    return found
