"""A plan as the page that editors and lawyers review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vodplan.core.change import Action
from vodplan.core.pictures import Pictures
from vodplan.core.plan import Plan
from vodplan.render.amounts import count
from vodplan.render.html.blocks import Block
from vodplan.render.html.buckets import AGES, SIZES, UNKNOWN
from vodplan.render.html.charts import charts_of
from vodplan.render.html.fields import one_field
from vodplan.render.html.links import holds_until, origins
from vodplan.render.html.marks import marked
from vodplan.render.html.page import page
from vodplan.render.html.records import ACTIONS, Records, embedded_pictures, records_of
from vodplan.render.origins import origins_told

MOST_WITHOUT_SCRIPT = 500
"""Changes that a page lists where scripts are off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A number with its name; `tone` names its color, `quiet` for one that asks for nothing."""

    number: int
    name: str
    tone: str


def plan_page(
    plan: Plan,
    *,
    next: str = "",
    title: str = "",
    extra: Sequence[Block] = (),
    pictures: Pictures | None = None,
) -> str:
    """The page of a plan.

    next:     the command that carries it out.
    title:    what stands above it, `Plan` unless given.
    extra:    further parts, below the plan's own.
    pictures: copies to show, for a page that opens no links.
    """
    made = records_of(plan, None if pictures is None else embedded_pictures(pictures))
    links = sorted(made.links)
    return page(
        "plan.html.jinja",
        images=["data:"] if pictures is not None else origins(links),
        data=_data(plan, made),
        plan=plan,
        made=made,
        title=title or "Plan",
        next=next,
        tiles=_tiles(plan),
        calls=sum(plan.cost.calls.values()),
        charts=charts_of(plan),
        unconverged=[(one, one_field(one.field, one.live, one.wanted)) for one in plan.unconverged],
        extra=extra,
        reading=_reading(plan),
        pictures=_copies(pictures) if pictures is not None else _links(links),
        removals=plan.summary.delete,
        actions=[action.value.replace("_", " ") for action in ACTIONS],
        plain_changes=made.changes[:MOST_WITHOUT_SCRIPT],
        most=MOST_WITHOUT_SCRIPT,
    )


def _tiles(plan: Plan) -> list[Tile]:
    total = plan.summary
    told = [
        Tile(number=total.delete, name="to delete", tone="gone"),
        Tile(number=total.update, name="to update", tone="change"),
        Tile(number=total.create, name="to create", tone="new"),
        Tile(number=total.rename, name="to rename", tone="change"),
        Tile(number=total.scheduled, name="scheduled", tone="wait"),
        Tile(number=total.missing, name="missing", tone="wait"),
        Tile(number=len(plan.unconverged), name="not converging", tone="wait"),
        Tile(number=total.unchanged, name="unchanged", tone="quiet"),
    ]
    always = {"to delete", "to update", "unchanged"}
    return [tile for tile in told if tile.number or tile.name in always]


def _data(plan: Plan, made: Records) -> Mapping[str, object]:
    return {
        "digest": marked(plan.digest),
        "actions": [action.value.replace("_", " ") for action in ACTIONS],
        "removing": [place for place, action in enumerate(ACTIONS) if action.removes],
        "making": [ACTIONS.index(Action.CREATE), ACTIONS.index(Action.RENAME)],
        "sizes": [*(step.name for step in SIZES), UNKNOWN],
        "ages": [*(step.name for step in AGES), UNKNOWN],
        "categories": made.categories.texts,
        "tags": made.tags.texts,
        "files": made.files.texts,
        "statuses": made.statuses.texts,
        "whys": made.whys.texts,
        "guards": [marked(guard.guard) for guard in plan.guards],
        "changes": made.changes,
    }


def _reading(plan: Plan) -> str:
    """Where the live values came from; empty for a plan that does not say."""
    reading = plan.reading
    if reading is None:
        return ""
    told = [reading.why]
    told.append(f"{count(reading.by_id, 'asset')} read by id, {reading.by_search:,} by search, of {reading.assets:,}.")
    if plan.base is not None:
        told.append(f"{origins_told(plan.changes, plan.base)}.")
    told += [
        f"The rule {one.name} found {count(one.matches, 'asset')}"
        + ("" if one.limit is None else f" of at most {one.limit:,}")
        + f" ({one.query})."
        for one in plan.rules
    ]
    if reading.snapshot is not None:
        told.append(f"The values are those of a snapshot of {reading.snapshot}, not of the library as it is now.")
    if reading.since is not None:
        told.append(f"Planned is only what the manifests changed since {reading.since}.")
    return " ".join(told)


def _copies(pictures: Pictures) -> str:
    """What a reader has to know of pictures that are part of the page."""
    told = [f"{count(len(pictures.found), 'small copy', 'small copies')} of pictures in this page; it loads nothing."]
    if pictures.failed:
        told.append(f"{pictures.failed:,} could not be had.")
    if pictures.large:
        told.append(f"{pictures.large:,} were too large to be copied as they are; with Pillow they are made smaller.")
    if pictures.beyond:
        told.append(f"{pictures.beyond:,} are beyond the most that a page holds; those of deletions come first.")
    return " ".join(told)


def _links(links: Sequence[str]) -> str:
    """What a reader has to know of pictures that are loaded: where from, and until when."""
    if not links:
        return ""
    signed = [end for url in links if (end := holds_until(url)) is not None]
    if signed:
        return (
            "Pictures are loaded from where they are published. Some of their links are signed and hold until "
            f"{min(signed):%Y-%m-%d %H:%M} UTC."
        )
    return (
        "Pictures are loaded from where they are published, by links without a signature, which do not end. A library "
        "that signs its links refuses them; --embed-pictures puts small copies into the page instead."
    )
