"""A plan as a person reviews it."""

from __future__ import annotations

from collections.abc import Iterator

from vodplan.core.change import Action, Change
from vodplan.core.plan import Plan, Road
from vodplan.render.amounts import count, size, time_needed
from vodplan.render.canvas import Canvas, Ink
from vodplan.render.escape import terminal
from vodplan.render.origins import origin_words, origins_told
from vodplan.render.results import PlanShown
from vodplan.render.text.fields import labelled_field
from vodplan.render.text.layout import SIGNS, TIE, headline, labelled, paragraph, place_of, quoted, verb
from vodplan.render.text.removal import removal_lines

_DATE = 10

_FIELDS = ("title", "description", "tags", "category", "categories", "cover")
"""The fields that people look at first, in that order; others follow by name."""


def plan_pieces(shown: PlanShown, canvas: Canvas) -> Iterator[str]:
    """The whole plan, one piece of text for each change, in the plan's order."""
    plan = shown.plan
    target = plan.target
    where = ", ".join(terminal(part) for part in (target.region, target.endpoint) if part)
    yield from _lines(paragraph(f"Plan for {terminal(target.name)} ({where})", canvas))
    yield from _lines(_reading(plan, canvas))
    yield "\n"
    for change in plan.changes:
        yield from _lines(change_lines(change, canvas))
    if plan.changes:
        yield "\n"
    for section in (_rules, _guards, _unconverged, _scheduled, _missing):
        text = "".join(_lines(section(plan, canvas)))
        if text:
            yield f"{text}\n"
    yield from _lines(_end(shown, canvas))


def change_lines(change: Change, canvas: Canvas) -> Iterator[str]:
    """One change: what is done to what, where it was asked for, and what becomes different."""
    sign, ink = SIGNS[change.action]
    title = (change.before or {}).get("title") or change.facts.get("title")
    yield from headline(
        f"{sign} {verb(change.action)}",
        ink,
        terminal(str(change.address)),
        quoted(title) if isinstance(title, str) and title else "",
        place_of(change.source),
        canvas,
    )
    yield from detail_lines(change, canvas)


def detail_lines(change: Change, canvas: Canvas) -> Iterator[str]:
    """The lines below a change's first one: every field that becomes different, or what goes, and why."""
    if change.action.removes:
        yield from removal_lines(change, canvas)
    elif change.action is not Action.CREATE:
        before, after = change.before or {}, change.after or {}
        for name in sorted(after, key=_field_place):
            yield from labelled_field(name, before.get(name), after[name], canvas)
    if change.origins:
        yield from labelled("origin", [origin_words(change.origins)], canvas)
    if change.rule:
        yield from labelled("rule", [terminal(change.rule)], canvas)
    if change.reason:
        yield from labelled("reason", [terminal(change.reason)], canvas)
    if not change.certain:
        yield from labelled("uncertain", ["the service cannot say whether there is anything left to do"], canvas)


def _field_place(name: str) -> tuple[int, str]:
    return (_FIELDS.index(name) if name in _FIELDS else len(_FIELDS), name)


def summary_line(plan: Plan) -> str:
    """`2 to create, 1 to rename, …` with what is not changed behind it; the parts are held together by `TIE`."""
    total = plan.summary
    parts = [
        f"{total.create}{TIE}to{TIE}create",
        f"{total.rename}{TIE}to{TIE}rename",
        f"{total.update}{TIE}to{TIE}update",
        f"{total.delete}{TIE}to{TIE}delete",
        f"{total.unchanged}{TIE}unchanged",
    ]
    if total.missing:
        parts.append(f"{total.missing}{TIE}missing")
    if total.scheduled:
        parts.append(f"{total.scheduled}{TIE}scheduled")
    return ", ".join(parts)


def _reading(plan: Plan, canvas: Canvas) -> Iterator[str]:
    """What the plan leaves out, and where its live values are from, where it was not everything by id, now."""
    if plan.reading is None:
        return
    if plan.reading.road is Road.SEARCH:
        read = plan.reading
        said = f"{read.by_search:,} of {read.assets:,} as wanted by the search index, {read.by_id:,} read by id."
        yield from paragraph(f"{said} {terminal(read.why)}", canvas)
    if plan.base is not None:
        yield from paragraph(origins_told(plan.changes, terminal(plan.base)), canvas)
    if plan.reading.since is not None:
        yield from paragraph(f"Only what changed since {terminal(plan.reading.since)}", canvas)
    if plan.reading.snapshot is not None:
        said = f"Live state of {terminal(plan.reading.snapshot)}, from a snapshot; apply reads again"
        yield from paragraph(said, canvas)


def _rules(plan: Plan, canvas: Canvas) -> Iterator[str]:
    if not plan.rules:
        return
    yield "Rules: what they found is frozen in this plan"
    for rule in plan.rules:
        found = count(rule.matches, "asset") + ("" if rule.limit is None else f" of at most {rule.limit:,}")
        yield from headline("  =", Ink.FAINT, terminal(rule.name), found, place_of(rule.source), canvas)
        yield from labelled("query", [terminal(rule.query)], canvas)


def _guards(plan: Plan, canvas: Canvas) -> Iterator[str]:
    if not plan.guards:
        return
    yield canvas.paint("Held: apply will refuse this plan", Ink.ALARM)
    for guard in plan.guards:
        yield from paragraph(f"! {terminal(guard.guard)}: {terminal(guard.message)}", canvas, indent=2)
        counted = f"counted {terminal(guard.number)}, allowed {terminal(guard.threshold)}"
        yield from paragraph(f"{counted}, set by {terminal(guard.setting)}", canvas, indent=4)
        for address in guard.addresses:
            yield from paragraph(terminal(address), canvas, indent=6)


def _unconverged(plan: Plan, canvas: Canvas) -> Iterator[str]:
    if not plan.unconverged:
        return
    yield from paragraph(
        "Does not converge: these were sent before and the service kept other values; they are not sent again", canvas
    )
    for one in plan.unconverged:
        yield from headline("  !", Ink.CHANGE, terminal(str(one.address)), "", place_of(one.source), canvas)
        yield from labelled_field(one.field, one.live, one.wanted, canvas)


def _scheduled(plan: Plan, canvas: Canvas) -> Iterator[str]:
    if not plan.scheduled:
        return
    yield from paragraph("Scheduled: waits for its day (UTC), nothing is done before", canvas)
    for one in plan.scheduled:
        lead = f"  {one.after.isoformat():{_DATE}} {verb(one.action)}"
        yield from headline(lead, Ink.FAINT, terminal(str(one.address)), "", place_of(one.source), canvas)
        if one.reason:
            yield from labelled("reason", [terminal(one.reason)], canvas)


def _missing(plan: Plan, canvas: Canvas) -> Iterator[str]:
    if not plan.missing:
        return
    yield from paragraph("Missing: the service does not have these, nothing is done about them", canvas)
    for one in plan.missing:
        yield from headline("  ?", Ink.CHANGE, terminal(str(one.address)), "", place_of(one.source), canvas)


def _end(shown: PlanShown, canvas: Canvas) -> Iterator[str]:
    plan = shown.plan
    if plan.empty:
        yield from paragraph(f"No changes: {summary_line(plan)}.", canvas)
        return
    yield from paragraph(f"Plan: {summary_line(plan)}.", canvas)
    calls = sum(plan.cost.calls.values())
    named = ", ".join(f"{terminal(name)}{TIE}{number}" for name, number in plan.cost.calls.items())
    time = time_needed(plan.cost.seconds)
    yield from paragraph(f"Cost: {count(calls, 'call')} ({named}), at least {time} at the allowed rate.", canvas)
    if plan.summary.delete:
        freed = f"at least {size(plan.cost.bytes_freed)} freed" if plan.cost.bytes_freed else "bytes freed not known"
        yield from paragraph(f"Gone for good: {count(plan.summary.delete, 'removal')}, {freed}.", canvas)
    if shown.next and not shown.preview:
        yield f"Next: {terminal(shown.next)}"


def _lines(parts: Iterator[str]) -> Iterator[str]:
    text = "\n".join(parts)
    if text:
        yield f"{text}\n"
