"""Laws of where changes come from, for any library and any two states of the manifests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.fakes import plan_of
from tests.property.test_plan_laws import World, worlds
from vodplan.core.desired import DesiredState
from vodplan.core.drift import History, LastWrite, put_right
from vodplan.core.errors import ManifestError
from vodplan.core.origins import ChangeOrigin, foreign, refuse_foreign, with_origins
from vodplan.core.plan import Plan
from vodplan.core.planfile import from_document, plan_bytes, seal
from vodplan.core.values import Json
from vodplan.registry import KINDS

VALUES: st.SearchStrategy[Json] = st.sampled_from(["", "a", "missing", "present", ["news"], None])
NOTHING = DesiredState(assets=(), categories=(), digest="0" * 64)


def planned(world: World) -> Plan:
    """The plan of a world that has one."""
    try:
        return plan_of(world.desired, world.library())
    except ManifestError:
        assume(False)
        raise


@st.composite
def histories(draw: st.DrawFn, plan: Plan) -> History:
    """What runs may have left in some of the fields that a plan changes."""
    writes: dict[str, Mapping[str, LastWrite]] = {}
    for change in plan.changes:
        fields = draw(st.lists(st.sampled_from([name for name, _, _ in put_right(change)]), unique=True))
        writes[str(change.address)] = {
            name: LastWrite(run="r", at="t", value=draw(VALUES), sure=draw(st.booleans())) for name in fields
        }
    return History(known=draw(st.booleans()), writes=writes)


def told(plan: Plan, head: DesiredState, base: DesiredState, history: History) -> Plan:
    """The plan beside a base."""
    return with_origins(plan, head=head, base=base, revision="main", history=history, kinds=KINDS)


@given(world=worlds(), data=st.data())
def test_every_field_of_every_change_has_exactly_one_origin(world: World, data: st.DataObject) -> None:
    """Whatever part of the manifests the base has; and nothing else of the plan moves."""
    plan = planned(world)
    base = replace(
        world.desired,
        assets=tuple(one for one in world.desired.assets if data.draw(st.booleans())),
        categories=tuple(one for one in world.desired.categories if data.draw(st.booleans())),
    )

    found = told(plan, world.desired, base, data.draw(histories(plan)))

    for change in found.changes:
        assert list(change.origins) == [name for name, _, _ in put_right(change)] != []
        assert set(change.origins.values()) <= {one.value for one in ChangeOrigin}
    assert replace(found, changes=tuple(replace(one, origins={}) for one in found.changes), base=None) == plan


@given(world=worlds(), data=st.data())
def test_what_the_base_wants_alike_is_never_of_this_branch(world: World, data: st.DataObject) -> None:
    """The same manifests: every change is older, the whole plan is foreign, and only a run's write names the console."""
    plan = planned(world)
    history = data.draw(histories(plan))

    found = told(plan, world.desired, world.desired, history)

    assert foreign(found) == tuple(sorted({str(one.address) for one in plan.changes}))
    for change in found.changes:
        assert "branch" not in change.origins.values()
        sure = {name for name, last in history.writes.get(str(change.address), {}).items() if last.sure}
        assert {name for name, origin in change.origins.items() if origin == "console"} <= sure
    assert [one.guard for one in refuse_foreign(found).guards if one.guard == "foreign"] == ["foreign"] * bool(
        plan.changes
    )


@given(world=worlds(), data=st.data())
def test_plan_of_this_branch_alone_is_never_held_for_being_foreign(world: World, data: st.DataObject) -> None:
    """Where the base wants nothing, everything is of the branch, whatever runs left."""
    plan = planned(world)

    found = told(plan, world.desired, NOTHING, data.draw(histories(plan)))

    assert foreign(found) == ()
    assert refuse_foreign(found) is found


@given(world=worlds(), data=st.data())
def test_origins_come_back_from_the_file(world: World, data: st.DataObject) -> None:
    """Written, read, and covered by the digest."""
    plan = planned(world)
    found = seal(told(plan, world.desired, NOTHING, History()))

    again = from_document(json.loads(plan_bytes(found)))

    assert (again.base, again.digest) == ("main", found.digest)
    assert [dict(one.origins) for one in again.changes] == [dict(one.origins) for one in found.changes]
    assert not plan.changes or found.digest != seal(plan).digest
