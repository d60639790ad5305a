"""What a plan's removals free, by category and by age."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vodplan.core.categories import named_in
from vodplan.core.pictures import known_of
from vodplan.core.plan import Plan
from vodplan.render.amounts import size
from vodplan.render.html.buckets import AGES, UNKNOWN, days_before, step_of
from vodplan.render.html.fields import value_text

MOST_BARS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar, and the row of the table that it stands in.

    name:   raw text.
    share:  0 to 100, of the longest bar.
    rest:   it stands for several together, and has no bar: theirs would be as long as all others are short.
    amount: the bytes in words, empty when none are known.
    """

    name: str
    removals: int
    bytes: int
    share: float
    amount: str
    rest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A table whose rows have bars; `by_bytes` says what the bars measure, bytes or removals."""

    title: str
    head: str
    bars: tuple[Bar, ...]
    by_bytes: bool


def charts_of(plan: Plan) -> tuple[Chart, ...]:
    """Both charts; none for a plan that removes nothing but categories."""
    by_category: dict[str, list[int]] = {}
    by_age: dict[int, list[int]] = {}
    for change in plan.changes:
        if not change.action.removes or change.kind == "category":
            continue
        known = known_of(change)
        freed = change.bytes_freed or 0
        by_category.setdefault(value_text(next(iter(named_in(known)), None)) or "no category", []).append(freed)
        days = days_before(value_text(known.get("created")), plan.created_at)
        by_age.setdefault(step_of(days, AGES), []).append(freed)
    if not by_category:
        return ()
    ranked = sorted(by_category.items(), key=lambda one: (-sum(one[1]), -len(one[1]), one[0]))
    if len(ranked) > MOST_BARS:
        rest = ranked[MOST_BARS - 1 :]
        ranked = [
            *ranked[: MOST_BARS - 1],
            (f"{len(rest)} other categories", [one for _, values in rest for one in values]),
        ]
    names = [*(step.name for step in AGES), UNKNOWN]
    ages = [(names[place], by_age[place]) for place in sorted(by_age)]
    return (
        _chart("By category", "Category", ranked, rest=len(by_category) > MOST_BARS),
        _chart("By age", "Age", ages),
    )


def amounts_chart(title: str, head: str, rows: Iterable[tuple[str, int, int]]) -> Chart:
    """A chart of names with counts and bytes, in their order; what is beyond the last bar is put together."""
    listed = list(rows)
    if len(listed) <= MOST_BARS:
        return _drawn(title, head, listed, rest=False)
    others = listed[MOST_BARS - 1 :]
    last = (f"{len(others)} others", sum(one[1] for one in others), sum(one[2] for one in others))
    return _drawn(title, head, [*listed[: MOST_BARS - 1], last], rest=True)


def _chart(title: str, head: str, rows: Iterable[tuple[str, list[int]]], *, rest: bool = False) -> Chart:
    return _drawn(title, head, [(name, len(values), sum(values)) for name, values in rows], rest=rest)


def _drawn(title: str, head: str, listed: Sequence[tuple[str, int, int]], *, rest: bool) -> Chart:
    by_bytes = any(total for _, _, total in listed)
    measured = [total if by_bytes else number for _, number, total in listed]
    alone = len(listed) - rest
    longest = max(measured[:alone]) or 1
    bars = tuple(
        Bar(
            name=name,
            removals=number,
            bytes=total,
            share=round(100 * measured[place] / longest, 1) if place < alone else 0.0,
            amount=size(total) if total else "",
            rest=place >= alone,
        )
        for place, (name, number, total) in enumerate(listed)
    )
    return Chart(title=title, head=head, bars=bars, by_bytes=by_bytes)
