"""The tables of docs/performance.md, each made from the rows of its section."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from statistics import median

from benchmarks.bench import Row
from benchmarks.results import Results
from benchmarks.scenarios import octodns, planning, quotas, startup, terraform, validating, vendor
from benchmarks.table import (
    NONE,
    amount,
    beside,
    cpu,
    exponent,
    megabytes,
    ratio,
    seconds,
    table,
    times,
    wall,
)

MISSING = "Not measured on this machine."


def _machine(results: Results) -> str:
    one = results.machine
    days = sorted(set(results.dates.values()))
    return (
        f"{one['processor']}, {one['cores']} cores, {one['memory']}, {one['system']}, Python {one['python']}; "
        f"{' to '.join(dict.fromkeys((days[0], days[-1])))}."
    )


def _startup(rows: Sequence[Row]) -> str:
    def line(row: Row) -> list[str]:
        base = beside(row, rows, startup.BARE)
        mine = row.case == startup.BARE
        return [
            f"`{row.case}`",
            f"{median(row.cpu) * 1e3:.0f} ms",
            NONE if mine else times(ratio(row, base, cpu)),
            f"{median(row.wall) * 1e3:.0f} ms",
            NONE if mine else times(ratio(row, base, wall)),
        ]

    return table(["command", "CPU", "× bare Python", "wall", "× bare Python"], map(line, rows))


def _validate(rows: Sequence[Row]) -> str:
    def line(row: Row) -> list[str]:
        floor = beside(row, rows, validating.FLOOR) if row.of else None
        return [
            row.case,
            f"{row.videos:,}",
            f"{seconds(row.wall)} s",
            f"{seconds(row.cpu)} s",
            times(ratio(row, floor, cpu)),
            f"{median(row.cpu) / row.videos * 1e6:.1f} µs",
            megabytes(row.peak),
        ]

    heads = ["", "videos", "wall", "CPU", "× orjson (CPU)", "CPU a video", "largest process"]
    return table(heads, map(line, rows))


def _plan(rows: Sequence[Row]) -> str:
    def line(row: Row) -> list[str]:
        bare = beside(row, rows, planning.BARE) if row.of else None
        client = beside(row, rows, planning.CLIENT) if row.of and row.case != planning.CLIENT else None
        return [
            row.case,
            f"{row.videos:,}",
            f"{seconds(row.wall)} s",
            f"{seconds(row.cpu)} s",
            times(ratio(row, bare, wall)),
            times(ratio(row, client, wall)),
            megabytes(row.peak),
        ]

    heads = ["", "videos", "wall", "CPU", "× bare (wall)", "× client (wall)", "largest process"]
    return table(heads, map(line, rows))


def _quotas(rows: Sequence[Row]) -> str:
    def line(row: Row) -> list[str]:
        by_id = quotas.floor("GetVideoInfos", row.videos)
        took = median(row.wall)
        return [
            row.case,
            f"{row.videos:,}",
            f"{seconds(row.wall)} s",
            f"{amount(by_id)} s",
            f"{took / by_id:.3f} ×",
            f"{took / row.floor:.3f} ×" if row.case in (quotas.UNCHANGED, quotas.WALK) else NONE,
            f"{seconds(row.cpu)} s",
            _throttled(row),
        ]

    heads = ["", "videos", "wall", "floor by id", "× floor by id", "× own floor", "CPU", "throttled calls"]
    return table(heads, map(line, rows))


def _apply(rows: Sequence[Row]) -> str:
    def line(row: Row) -> list[str]:
        return [
            row.case,
            f"{row.videos:,}",
            f"{seconds(row.wall)} s",
            f"{amount(row.floor)} s",
            f"{median(row.wall) / row.floor:.3f} ×",
            f"{seconds(row.cpu)} s",
            _throttled(row),
        ]

    return table(["", "updates", "wall", "floor", "× floor", "CPU", "throttled calls"], map(line, rows))


def _vendor(rows: Sequence[Row]) -> str:
    def line(row: Row) -> list[str]:
        plan = beside(row, rows, vendor.PLAN) if row.of else None
        return [
            row.case,
            row.setting,
            f"{row.videos:,}",
            f"{seconds(row.wall)} s",
            times(ratio(row, plan, wall)),
            f"{seconds(row.cpu)} s",
            _throttled(row),
        ]

    return table(["", "service", "videos", "wall", "× plan", "CPU", "throttled calls"], map(line, rows))


def _per_item(name: str, case: str) -> Callable[[Sequence[Row]], str]:
    """Each row beside that of another tool: how many times as long that one takes."""

    def make(rows: Sequence[Row]) -> str:
        def line(row: Row) -> list[str]:
            other = beside(row, rows, case) if row.case != case else None

            def longer(of: Callable[[Row], Sequence[float]]) -> str:
                return times(None if other is None else ratio(other, row, of))

            return [
                f"{row.case} ({row.note})" if row.note and row.of else row.case,
                f"{row.videos:,}",
                f"{seconds(row.wall)} s",
                f"{median(row.wall) / row.videos * 1e6:,.0f} µs",
                longer(wall),
                f"{seconds(row.cpu)} s",
                longer(cpu),
                megabytes(row.peak),
            ]

        heads = ["", "items", "wall", "an item", f"{name} (wall)", "CPU", f"{name} (CPU)", "largest process"]
        return table(heads, map(line, rows))

    return make


def _memory(rows: Sequence[Row]) -> str:
    sizes = sorted({row.videos for row in rows})

    def line(case: str) -> list[str]:
        held = {row.videos: row.peak for row in rows if row.case == case}
        known = sorted(held)
        slope = (held[known[-1]] - held[known[0]]) / (known[-1] - known[0]) if len(known) > 1 else None
        return [case, *(megabytes(held.get(size, 0)) for size in sizes), NONE if slope is None else f"{slope:,.0f}"]

    cases = list(dict.fromkeys(row.case for row in rows))
    return table(["", *(f"{size:,} videos" for size in sizes), "bytes a video"], map(line, cases))


def _growth(results: Results) -> str:
    lines = []
    for section in ("validate", "plan"):
        rows = sorted(results.sections.get(section, ()), key=lambda row: (row.case, row.videos))
        for case, group in groupby(rows, key=lambda row: row.case):
            found = list(group)
            grown = exponent(found[0], found[-1])
            if grown is not None:
                lines.append([case, f"{found[0].videos:,}", f"{found[-1].videos:,}", f"{grown:.2f}"])
    return (
        table(["", "from", "to", "exponent of CPU"], lines) if lines else "Needs two sizes: `make bench ARGS=--full`."
    )


def _calls(results: Results) -> str:
    lines = [
        [section, row.case, f"{row.videos:,}", _counted(row)]
        for section, rows in results.sections.items()
        for row in rows
        if row.calls
    ]
    return table(["section", "", "videos", "calls"], lines) if lines else MISSING


def _counted(row: Row) -> str:
    return ", ".join(
        f"{sum(answers.values()):,} {operation}"
        + "".join(f" ({n:,} {code})" for code, n in answers.items() if code != "ok")
        for operation, answers in row.calls.items()
    )


def _throttled(row: Row) -> str:
    return f"{row.throttled:,}"


def _of(section: str, make: Callable[[Sequence[Row]], str]) -> Callable[[Results], str]:
    return lambda results: make(results.sections[section]) if results.sections.get(section) else MISSING


FIGURES: Mapping[str, Callable[[Results], str]] = {
    "machine": _machine,
    "startup": _of("startup", _startup),
    "validate": _of("validate", _validate),
    "plan": _of("plan", _plan),
    "quotas": _of("quotas", _quotas),
    "apply": _of("apply", _apply),
    "vendor": _of("vendor", _vendor),
    "octodns": _of("octodns", _per_item("octoDNS", octodns.OCTODNS)),
    "terraform": _of("terraform", _per_item("Terraform", terraform.TERRAFORM)),
    "memory": _of("memory", _memory),
    "growth": _growth,
    "calls": _calls,
}
"""Placeholder of the template → what stands there."""
