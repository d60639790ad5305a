"""Laws of guards: a stricter policy never lets pass what a laxer one holds, and no order of changes matters."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests import build
from vodplan.core.change import Action, Change
from vodplan.core.guards import Surroundings, evaluate
from vodplan.core.policy import Bound, Bounds, Policy, Protection
from vodplan.core.values import Json

NOW = datetime.datetime(2026, 6, 15, tzinfo=datetime.UTC)
TREE = build.tree({"Legal": {"Old": {}}, "News": {}})
ACTIONS = st.sampled_from([Action.UPDATE, Action.UPDATE, Action.DELETE, Action.DELETE_SOURCE, Action.DELETE_STREAMS])
DAYS = st.dates(datetime.date(2026, 6, 1), datetime.date(2026, 6, 20))
TAGS = st.lists(st.sampled_from(["a", "b", "keep"]), unique=True)
PLACES = st.sampled_from([None, "Legal", "Legal/Old", "News", "Legalese"])


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[Change], Surroundings]:
    """Changes of a few videos and images with what guards know of them."""
    changes: list[Change] = []
    parts = {}
    for number in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from(["video", "video", "image"]))
        action = draw(ACTIONS) if kind == "video" else draw(st.sampled_from([Action.UPDATE, Action.DELETE]))
        facts: dict[str, Json] = {"tags": draw(TAGS), "category": draw(PLACES)}
        if draw(st.booleans()):
            facts["created"] = f"{draw(DAYS).isoformat()}T00:00:00Z"
        after: Mapping[str, Json] | None = {"tags": draw(TAGS)} if action is Action.UPDATE else None
        one = build.change(
            f"{kind}/a{number}",
            action,
            facts=facts,
            after=after,
            bytes_freed=draw(st.sampled_from([None, 0, 7, 10**9])),
        )
        changes.append(one)
        parts[f"a{number}"] = build.parts(build.stream("stays"))
    managed = {"video": draw(st.integers(0, 30)), "image": draw(st.integers(0, 30))}
    before = draw(st.none() | st.fixed_dictionaries({"video": st.integers(0, 60)}))
    around = Surroundings(now=NOW, managed=managed, managed_before=before, tree=TREE, members={}, parts=parts)
    return changes, around


BOUND = st.builds(Bound, count=st.integers(0, 6)) | st.builds(Bound, percent=st.integers(0, 100).map(float))
BOUNDS: st.SearchStrategy[Bounds] = BOUND | st.dictionaries(st.sampled_from(["video", "image", "category"]), BOUND)
PROTECTIONS = st.builds(
    Protection,
    any_tags=st.frozensets(st.sampled_from(["a", "b", "keep"]), max_size=2),
    all_tags=st.frozensets(st.sampled_from(["a", "b"]), max_size=2),
    category=st.sampled_from([None, None, "Legal", "News"]),
    ids=st.frozensets(st.sampled_from(["a0", "video/a1", "image/a2"]), max_size=2),
    created_after=st.none() | DAYS,
    younger_than=st.none() | st.integers(1, 20).map(lambda days: datetime.timedelta(days=days)),
)
POLICIES = st.builds(
    Policy,
    max_deletes=st.none() | BOUNDS,
    max_updates=st.none() | BOUNDS,
    max_delete_bytes=st.none() | st.integers(0, 2 * 10**9),
    max_managed_drop=st.none() | BOUND,
    protect=st.lists(PROTECTIONS, max_size=3).map(tuple),
)


def _stricter_bound(draw: st.DrawFn, bound: Bound) -> Bound:
    if bound.percent is not None:
        return Bound(percent=draw(st.floats(0, bound.percent)))
    return Bound(count=draw(st.integers(0, bound.count or 0)))


def _stricter_bounds(draw: st.DrawFn, bounds: Bounds | None) -> Bounds | None:
    if bounds is None:
        return draw(st.none() | BOUNDS)
    if isinstance(bounds, Bound):
        return _stricter_bound(draw, bounds)
    more = draw(st.dictionaries(st.sampled_from(["video", "image", "category"]), BOUND))
    return {**more, **{kind: _stricter_bound(draw, bound) for kind, bound in bounds.items()}}


def _wider(draw: st.DrawFn, protection: Protection) -> Protection:
    """A protection that asks for less, so that it fits at least as much."""
    days = datetime.timedelta(days=draw(st.integers(0, 3)))
    return replace(
        protection,
        any_tags=protection.any_tags | {"a", "b"} if protection.any_tags else frozenset(),
        all_tags=frozenset(list(sorted(protection.all_tags))[:1]),
        category=draw(st.sampled_from([None, protection.category])),
        ids=protection.ids | {"a3"} if protection.ids else frozenset(),
        created_after=protection.created_after - days if protection.created_after else None,
        younger_than=protection.younger_than + days if protection.younger_than else None,
    )


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Policy, Policy]:
    """A policy, and one that is as strict or stricter in every rule."""
    policy = draw(POLICIES)
    most = policy.max_delete_bytes
    drop = policy.max_managed_drop
    stricter = Policy(
        max_deletes=_stricter_bounds(draw, policy.max_deletes),
        max_updates=_stricter_bounds(draw, policy.max_updates),
        max_delete_bytes=draw(st.integers(0, 2 * 10**9 if most is None else most)),
        max_managed_drop=_stricter_bound(draw, drop) if drop is not None else draw(BOUND),
        protect=(*(_wider(draw, one) for one in policy.protect), *draw(st.lists(PROTECTIONS, max_size=2))),
    )
    return policy, stricter


def _held(changes: Sequence[Change], policy: Policy, around: Surroundings) -> set[str]:
    return {one.guard for one in evaluate(changes, policy, around)}


@given(plans(), pairs())
def test_stricter_policy_holds_all_that_a_laxer_one_holds(
    plan: tuple[list[Change], Surroundings], policies: tuple[Policy, Policy]
) -> None:
    """Tightening a rule never lets a plan pass: guard by guard."""
    changes, around = plan
    laxer, stricter = policies

    assert _held(changes, laxer, around) <= _held(changes, stricter, around)


@given(plans(), POLICIES, st.randoms(use_true_random=False))
def test_verdicts_do_not_depend_on_the_order_of_changes(
    plan: tuple[list[Change], Surroundings], policy: Policy, random: object
) -> None:
    """The same changes give the same words in any order."""
    changes, around = plan
    shuffled = list(changes)
    getattr(random, "shuffle")(shuffled)  # noqa: B009  # hypothesis' own random, whose type it does not export

    assert evaluate(shuffled, policy, around) == evaluate(changes, policy, around)


@given(plans(), POLICIES, st.integers(1, 5))
def test_more_removals_never_lift_the_guards_that_count_or_protect(
    plan: tuple[list[Change], Surroundings], policy: Policy, more: int
) -> None:
    """A plan that is held stays held when it removes more."""
    changes, around = plan
    added = [build.change(f"image/more{number}", Action.DELETE, bytes_freed=1) for number in range(more)]

    assert _held(changes, policy, around) <= _held([*changes, *added], policy, around)


@given(plans(), POLICIES)
def test_every_verdict_names_its_number_threshold_and_setting(
    plan: tuple[list[Change], Surroundings], policy: Policy
) -> None:
    """Whoever is refused finds what to change, and only changes of the plan are named."""
    changes, around = plan
    addresses = {str(change.address) for change in changes if change.action.removes}

    for one in evaluate(changes, policy, around):
        assert one.guard
        assert one.number
        assert one.threshold
        assert one.setting.startswith("policy.")
        assert one.message.endswith(".")
        assert set(one.addresses) <= addresses
