"""Results as Markdown, for the comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from vodplan.core.categories import named_in
from vodplan.core.change import Change
from vodplan.core.diagnostics import SourceRef
from vodplan.core.errors import ManifestError, StalePlan, VodplanError
from vodplan.core.plan import Plan, RuleUse
from vodplan.core.values import Json
from vodplan.render.amounts import count, size, time_needed
from vodplan.render.canvas import Canvas
from vodplan.render.comment import Comment
from vodplan.render.escape import comment_name, link_target, markdown, markdown_block
from vodplan.render.origins import origin_words, origins_told
from vodplan.render.results import Applied, DriftShown, Failure, PlanShown, Result, Undone, Validated
from vodplan.render.text import TextView
from vodplan.render.text.fields import value_text

_MOST_NAMED = 10
_SECTION_ROOM = 200
"""What the sentence about what did not fit takes, at most."""

Section = tuple[str, Iterable[str]]


class MarkdownView:
    """The view behind `--format markdown`. See `View`."""

    def __init__(self, comment: Comment) -> None:
        self._comment = comment

    def show(self, result: Result) -> Iterable[str]:
        """See `View.show`. The first line is a marker, by which a program finds the comment of the same target."""
        match result:
            case PlanShown(preview=True):
                return ()
            case PlanShown() | Undone():
                plan = result.plan
                sections = _plan_sections(plan)
                if isinstance(result, Undone):
                    from vodplan.render.undo_markdown import undo_sections

                    sections = chain(sections, undo_sections(result.undo))
                end = _plan_end(plan) + self._whole()
                return (self._fitted(plan.target.name, _plan_head(plan), sections, end),)
            case DriftShown():
                from vodplan.render.drift_markdown import drift_end, drift_head, drift_sections

                drift = result.drift
                parts = drift_head(drift), drift_sections(drift), drift_end(result)
                return (self._fitted(drift.target.name, *parts, marker="vodplan drift"),)
            case Failure():
                head = f"### vodplan failed, exit code {result.error.exit_code}\n\n"
                head += f"{markdown(result.error.message, 2000)}\n"
                end = f"\nNext: {markdown(result.error.next)}\n" if result.error.next else ""
                return (self._fitted(self._comment.target, head, _findings(result.error), end),)
            case Applied() | Validated():
                target = result.plan.target.name if isinstance(result, Applied) else self._comment.target
                head = "### vodplan: applied\n\n" if isinstance(result, Applied) else "### vodplan: valid\n\n"
                return (self._fitted(target, head + self._as_text(result, len(head)), (), ""),)
            case _:
                return (self._fitted(self._comment.target, self._as_text(result, 0), (), ""),)

    def _whole(self) -> str:
        return f"\n[The whole plan]({link_target(self._comment.artifact)})\n" if self._comment.artifact else ""

    def _as_text(self, result: Result, taken: int) -> str:
        """What has no layout of its own, as text in a fence; its last lines go when it is too long."""
        room = self._comment.limit - taken - 2 * _SECTION_ROOM - 2 * len(self._comment.target.encode())
        kept: list[str] = []
        lines = "".join(TextView(Canvas(width=100)).show(result)).split("\n")
        for line in lines:
            room -= _length(line) + 1
            if room < 0:
                return markdown_block("\n".join(kept)) + "\nThe rest does not fit.\n"
            kept.append(line)
        return markdown_block("\n".join(kept))

    def _fitted(self, target: str, head: str, sections: Iterable[Section], end: str, *, marker: str = "vodplan") -> str:
        """The comment within its limit: what comes first has priority, and nothing is cut inside."""
        text = [f"<!-- {marker} {comment_name(target)} -->\n", head]
        whole = f" ([all of them]({link_target(self._comment.artifact)}))" if self._comment.artifact else ""
        listed = [(heading, list(items)) for heading, items in sections]
        listed = [(heading, items) for heading, items in listed if items]
        room = self._comment.limit - sum(map(_length, [*text, end]))
        room -= sum(_length(heading) + len(whole) + _SECTION_ROOM for heading, _ in listed)
        for heading, items in listed:
            shown = 0
            text.append(f"\n#### {heading}\n\n")
            for item in items:
                if _length(item) > room:
                    break
                room -= _length(item)
                text.append(item)
                shown += 1
            if shown < len(items):
                text.append(f"\nand {len(items) - shown:,} more{whole}\n")
                room = 0
        return "".join([*text, end])


def _rule(one: RuleUse) -> str:
    found = count(one.matches, "asset") + ("" if one.limit is None else f" of at most {one.limit:,}")
    return f"- {markdown(one.name)}: {found}, {markdown(one.query)} {_place(one.source)}\n"


def _plan_head(plan: Plan) -> str:
    total = plan.summary
    numbers = f"**{total.create}** to create, **{total.rename}** to rename, **{total.update}** to update, "
    numbers += f"**{total.delete}** to delete, {total.unchanged} unchanged"
    numbers += f", {total.missing} missing" if total.missing else ""
    numbers += f", {total.scheduled} scheduled" if total.scheduled else ""
    told = "" if plan.base is None else f"\n{origins_told(plan.changes, markdown(plan.base))}.\n"
    return f"### vodplan: {markdown(plan.target.name)}\n\n{numbers}.\n{told}"


def _plan_sections(plan: Plan) -> Iterable[Section]:
    yield "Held: apply will refuse this plan", (_guard(*_guard_parts) for _guard_parts in _guards(plan))
    yield "Deletes", (_removal(one) for one in plan.changes if one.action.removes)
    yield "Changes", (_change(one) for one in plan.changes if not one.action.removes)
    yield "Rules", (_rule(one) for one in plan.rules)
    yield (
        "Does not converge, is not sent again",
        (
            f"- {markdown(str(one.address))} {_place(one.source)}\n  - {_field(one.field, one.live, one.wanted)}\n"
            for one in plan.unconverged
        ),
    )
    yield (
        "Scheduled",
        (
            f"- {one.after.isoformat()} {_verb(one.action)} {markdown(str(one.address))} {_place(one.source)}"
            f"{_reason(one.reason)}\n"
            for one in plan.scheduled
        ),
    )
    yield "Missing", (f"- {markdown(str(one.address))} {_place(one.source)}\n" for one in plan.missing)


def _plan_end(plan: Plan) -> str:
    if plan.empty:
        return "\nNo changes.\n"
    cost = f"{count(sum(plan.cost.calls.values()), 'call')}, at least {time_needed(plan.cost.seconds)}"
    freed = f", at least {size(plan.cost.bytes_freed)} freed" if plan.cost.bytes_freed else ""
    return f"\nCost: {cost}{freed}.\n"


def _guards(plan: Plan) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for one in plan.guards:
        counted = f"counted {markdown(one.number)}, allowed {markdown(one.threshold)}, set by {markdown(one.setting)}"
        yield f"**{markdown(one.guard)}** {markdown(one.message, 600)}", counted, one.addresses


def _guard(said: str, counted: str, addresses: tuple[str, ...]) -> str:
    named = "".join(f"  - {markdown(address)}\n" for address in addresses[:_MOST_NAMED])
    more = len(addresses) - _MOST_NAMED
    return f"- {said}: {counted}\n{named}" + (f"  - and {more:,} more\n" if more > 0 else "")


def _removal(change: Change) -> str:
    facts = [_title(change)]
    categories = [one for one in named_in(change.before or {}) if isinstance(one, str)]
    if categories:
        facts.append(f"in {', '.join(map(markdown, categories))}")
    if change.bytes_freed:
        facts.append(size(change.bytes_freed))
    told = ", ".join(fact for fact in facts if fact)
    return f"- {_verb(change.action)} {markdown(str(change.address))} {told} {_place(change.source)}" + (
        f"{_reason(change.reason)}\n{_origin(change)}"
    )


def _change(change: Change) -> str:
    before, after = change.before or {}, change.after or {}
    fields = "".join(f"  - {_field(name, before.get(name), after[name])}\n" for name in sorted(after))
    head = f"- {_verb(change.action)} {markdown(str(change.address))} {_title(change)} {_place(change.source)}"
    return f"{head}{_reason(change.reason)}\n{fields}{_origin(change)}"


def _origin(change: Change) -> str:
    return f"  - {origin_words(change.origins)}\n" if change.origins else ""


def _field(name: str, old: Json, new: Json) -> str:
    if isinstance(old, list | tuple) or isinstance(new, list | tuple):
        olds, news = ([str(one) for one in value] if isinstance(value, list | tuple) else [] for value in (old, new))
        parts = [f"+{markdown(tag)}" for tag in news if tag not in olds]
        parts += [f"−{markdown(tag)}" for tag in dict.fromkeys(olds) if tag not in news]
        return f"{markdown(name)}: {' '.join(parts) or 'another order'}"
    return f"{markdown(name)}: {_value(name, old, '(none)')} → {_value(name, new, '(cleared)')}"


def _value(name: str, value: Json, nothing: str) -> str:
    shown = value_text(name, value)
    return markdown(shown) if shown else nothing


def _title(change: Change) -> str:
    title = (change.before or {}).get("title") or change.facts.get("title")
    return markdown(title) if isinstance(title, str) and title else ""


def _place(source: SourceRef) -> str:
    return f"({markdown(f'{source.file}:{source.line}')})"


def _reason(reason: str | None) -> str:
    return f": {markdown(reason)}" if reason else ""


def _verb(action: str) -> str:
    return action.replace("_", " ")


def _findings(error: VodplanError) -> Iterator[Section]:
    if isinstance(error, ManifestError):
        yield (
            "Findings",
            (
                f"- {markdown(one.code)} "
                + (f"{markdown(f'{one.span.file}:{one.span.line}:{one.span.column}')} " if one.span else "")
                + f"{markdown(one.detail, 600)}\n"
                for one in error.diagnostics
            ),
        )
    if isinstance(error, StalePlan):
        yield "Moved", (f"- {markdown(one, 600)}\n" for one in error.moved)


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2
