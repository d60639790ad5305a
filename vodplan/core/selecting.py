"""Whether an asset is what a selector looks for."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping

from vodplan.core.categories import SEPARATOR, CategoryTree
from vodplan.core.guards.surroundings import moment
from vodplan.core.live import DEFAULT_TREE
from vodplan.core.selector import NO_CATEGORY, Between, Selector
from vodplan.core.values import Json


def fits(selector: Selector, facts: Mapping[str, Json], categories: Collection[int], tree: CategoryTree) -> bool:
    """Whether an asset fits every condition. What is not known of it fits none: a selector finds what it can show.

    facts:      as `core.decide.described` gives them.
    categories: the ids of those it stands in.
    tree:       the live categories.
    """
    return (
        all(test(selector, facts) for test in _TESTS)
        and not ("category" in selector.without and categories)
        and (selector.category is None or _within(selector.category, categories, tree))
    )


def categories_below(path: str, categories: CategoryTree, tree: str = DEFAULT_TREE) -> frozenset[int]:
    """The ids of the live categories at a path of a tree and below it; several may share one path."""
    below = [found for found in categories.paths(tree) if _at(path, found)]
    return frozenset(one for found in below for one in categories.find(found, tree))


def _within(path: str, categories: Collection[int], tree: CategoryTree) -> bool:
    if path == NO_CATEGORY:
        return not categories
    return any(_at(path, tree.path(one)) for one in categories)


def _at(path: str, found: str | None) -> bool:
    return found is not None and (found == path or found.startswith(f"{path}{SEPARATOR}"))


def _tags(selector: Selector, facts: Mapping[str, Json]) -> bool:
    listed = facts.get("tags")
    tags = {str(one) for one in listed} if isinstance(listed, list | tuple) else set()
    if selector.any_tags and tags.isdisjoint(selector.any_tags):
        return False
    return tags.issuperset(selector.all_tags) and tags.isdisjoint(selector.no_tags)


def _texts(selector: Selector, facts: Mapping[str, Json]) -> bool:
    wanted = (("title", selector.title), ("description", selector.description))
    return all(part is None or part.casefold() in str(facts.get(name) or "").casefold() for name, part in wanted)


def _created(selector: Selector, facts: Mapping[str, Json]) -> bool:
    days = selector.created
    if days is None:
        return True
    try:
        day = moment(str(facts.get("created") or "")).astimezone(datetime.UTC).date()
    except ValueError:
        return False
    return (days.after is None or day >= days.after) and (days.before is None or day < days.before)


def _amounts(selector: Selector, facts: Mapping[str, Json]) -> bool:
    return all(
        span is None or _in_span(span, facts.get(name))
        for name, span in (("size", selector.size), ("duration", selector.duration))
    )


def _in_span(span: Between, value: Json) -> bool:
    if not isinstance(value, int | float):
        return False
    return (span.least is None or value >= span.least) and (span.most is None or value <= span.most)


def _status(selector: Selector, facts: Mapping[str, Json]) -> bool:
    return not selector.status or str(facts.get("status") or "").lower() in {one.lower() for one in selector.status}


def _without(selector: Selector, facts: Mapping[str, Json]) -> bool:
    return all(not facts.get(name) for name in selector.without if name != "category")


_TESTS: tuple[Callable[[Selector, Mapping[str, Json]], bool], ...] = (
    _tags,
    _texts,
    _created,
    _amounts,
    _status,
    _without,
)
