"""Laws of plans that hold for any library, any manifests and any text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests import build
from tests.fakes import Library, apply_of, plan_of
from vodplan.core.address import Address
from vodplan.core.categories import CategoryTree
from vodplan.core.change import Action
from vodplan.core.desired import DesiredAsset, DesiredCategory, DesiredState, StreamRemoval
from vodplan.core.errors import ManifestError
from vodplan.core.live import DEFAULT_TREE, Category, LiveAsset, Parts, Stream
from vodplan.core.plan import Plan
from vodplan.core.planfile import digest, document, from_document, plan_bytes
from vodplan.core.values import UNSET, FieldValue, Json, TagEdit
from vodplan.kinds.attached import TREE as MATERIAL
from vodplan.planfile.files import parse_plan

HOSTILE = (
    "",
    " ",
    "\x1b[2J\x1b]0;owned\x07",
    "\u202etxt.exe\u202c",
    "a\u0000b",
    "新闻/体育,足球",
    "Ａ\u0301é\u200d👨‍👩‍👧",
    '"}],"digest":"0',
    "%2C%22&Action=DeleteVideo",
    "NaN",
    "1e400",
    "line\nline\n",
    "\u2028\ufeff",
    "=HYPERLINK(1)",
)
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
TAGS = st.lists(
    st.one_of(st.sampled_from(["news", "final", "新闻", "a b"]), st.text("abc\x1b新", min_size=1, max_size=3)),
    unique=True,
    max_size=5,
).map(tuple)
NAMES = st.sampled_from(["A", "B", "新闻", "x y", "c\x1b[1m"])
COVERS = st.sampled_from(
    ["", "http://img.example.com/a.jpg", "http://img.example.com/a.jpg?x-oss-process=w&v=1", "https://例/é.png"]
)
SIGNED = st.sampled_from(["", "auth_key=17-0-0-ab", "Expires=1&OSSAccessKeyId=k&Signature=s%2B"])


@dataclass(frozen=True)
class World:
    """A library's content and what the manifests want of it."""

    assets: tuple[LiveAsset, ...]
    categories: tuple[Category, ...]
    references: Mapping[str, str]
    parts: Mapping[str, Parts]
    desired: DesiredState
    newline: bool

    def library(self) -> Library:
        """The library, fresh."""
        return Library(
            *self.assets,
            categories=self.categories,
            references=self.references,
            parts=self.parts,
            newline=self.newline,
        )


@st.composite
def _trees(draw: st.DrawFn, tree: str = DEFAULT_TREE, first: int = 1, levels: int = 3) -> tuple[Category, ...]:
    made: list[Category] = []
    for level in range(levels):
        parents = [one for one in made if one.level == level - 1] if level else [None]
        for parent in parents:
            for name in draw(st.lists(NAMES, unique=True, max_size=3 - level)):
                above = parent.id if parent else None
                made.append(Category(id=first + len(made), name=name, parent=above, level=level, tree=tree))
    return tuple(made)


def _several(places: Sequence[Any]) -> st.SearchStrategy[Any]:
    return st.lists(st.sampled_from(places), max_size=3).map(tuple) if places else st.just(())


@st.composite
def _wanted_tags(draw: st.DrawFn) -> FieldValue:
    if draw(st.booleans()):
        return draw(TAGS)
    add = draw(TAGS)
    remove = tuple(tag for tag in draw(TAGS) if tag not in add)
    return TagEdit(add, remove)


def _signed(url: str, signature: str) -> str:
    if not (url and signature):
        return url
    return f"{url}{'&' if '?' in url else '?'}{signature}"


def _maybe(values: st.SearchStrategy[FieldValue]) -> st.SearchStrategy[FieldValue]:
    return st.one_of(st.just(UNSET), values)


@st.composite
def _categories(draw: st.DrawFn, tree: CategoryTree) -> list[DesiredCategory]:
    entries: dict[str, DesiredCategory] = {}
    for line in range(draw(st.integers(0, 3))):
        names = draw(st.lists(NAMES, min_size=1, max_size=3))
        path = "/".join(names)
        entry = build.category(path, line=line + 1, file="manifests/categories.yaml")
        verb = draw(st.sampled_from(["make", "make", "rename", "remove"]))
        if verb == "rename":
            old = "/".join([*names[:-1], draw(NAMES)])
            entry = replace(entry, renamed_from=old) if old != path else entry
        elif verb == "remove":
            entry = replace(entry, absent=True)
        entries[path] = entry
    return [_valid(entry, entries) for entry in entries.values()]


def _valid(entry: DesiredCategory, entries: Mapping[str, DesiredCategory]) -> DesiredCategory:
    """An entry as manifests may have it: what it renames is no other entry's path, and renamed once (VP146)."""
    old = entry.renamed_from
    first = next(one for one in entries.values() if one.renamed_from == old)
    return entry if old is None or (old not in entries and first is entry) else replace(entry, renamed_from=None)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Any library and any manifests about it; some do not fit each other."""
    categories = draw(_trees())
    tree = CategoryTree(categories)
    wanted_categories = draw(_categories(tree))
    ids = [one.id for one in categories]
    places = st.sampled_from([None, *ids])
    wanted_places: st.SearchStrategy[FieldValue] = st.sampled_from(
        [None, *ids, *tree.paths(), *(one.path for one in wanted_categories)]
    )
    live: list[LiveAsset] = []
    wanted: list[DesiredAsset] = []
    references: dict[str, str] = {}
    parts: dict[str, Parts] = {}
    for number in range(draw(st.integers(0, 4))):
        video_id = f"v{number}"
        if draw(st.booleans()):
            references[video_id] = f"cms-{number}"
        if draw(st.integers(0, 5)):
            live.append(
                build.live_video(
                    video_id,
                    title=draw(TEXTS),
                    description=draw(TEXTS),
                    tags=draw(TAGS),
                    category=draw(places),
                    cover=draw(COVERS),
                    facts={"size": draw(st.integers(0, 2**40)), "status": "Normal"},
                )
            )
            parts[video_id] = draw(_parts())
        key = f"ref:{references[video_id]}" if video_id in references and draw(st.booleans()) else video_id
        source = {"line": number + 1, "file": f"manifests/{number % 2}.yaml"}
        if draw(st.integers(0, 4)) == 0:
            wanted.append(build.video(key, absent=True, reason=draw(TEXTS), **source))  # type: ignore[arg-type]
            continue
        wanted.append(
            build.video(
                key,
                title=draw(_maybe(TEXTS)),
                description=draw(_maybe(TEXTS)),
                tags=draw(_maybe(_wanted_tags())),
                category=draw(_maybe(wanted_places)),
                cover=draw(_maybe(st.builds(_signed, COVERS, SIGNED))),
                source_absent=draw(st.integers(0, 4)) == 0,
                streams=draw(st.one_of(st.none(), st.none(), _stream_removals())),
                **source,  # type: ignore[arg-type]
            )
        )
    for number in range(draw(st.integers(0, 3))):
        live.append(build.live_image(f"i{number}", title=draw(TEXTS), tags=draw(TAGS), category=draw(places)))
        if draw(st.integers(0, 4)) == 0:
            wanted.append(build.image(f"i{number}", absent=True))
        else:
            wanted.append(
                build.image(
                    f"i{number}",
                    title=draw(_maybe(TEXTS)),
                    description=draw(_maybe(TEXTS)),
                    tags=draw(_maybe(_wanted_tags())),
                    category=draw(_maybe(wanted_places)),
                )
            )
    material = draw(_trees(tree=MATERIAL, first=501, levels=2))
    shelves = _several([one.id for one in material])
    wanted_shelves = _several([*(one.id for one in material), *CategoryTree(material).paths(MATERIAL)])
    for number in range(draw(st.integers(0, 3))):
        media_id = f"m{number}"
        kept = tuple(sorted(set(draw(shelves))))
        live.append(build.live_attached(media_id, title=draw(TEXTS), tags=draw(TAGS), categories=kept))
        if draw(st.integers(0, 4)) == 0:
            wanted.append(build.attached(media_id, absent=True))
        else:
            wanted.append(
                build.attached(
                    media_id,
                    title=draw(_maybe(TEXTS)),
                    description=draw(_maybe(TEXTS)),
                    tags=draw(_maybe(_wanted_tags())),
                    categories=draw(_maybe(wanted_shelves)),
                )
            )
    return World(
        assets=tuple(live),
        categories=(*categories, *material),
        references=references,
        parts=parts,
        desired=build.desired(*wanted_categories, *wanted),
        newline=draw(st.booleans()),
    )


@st.composite
def _parts(draw: st.DrawFn) -> Parts:
    streams = [
        Stream(
            job=f"job{number}",
            definition=draw(st.sampled_from(["HD", "SD"])),
            format=draw(st.sampled_from(["mp4", "m3u8"])),
            size=draw(st.sampled_from([None, 5, 2**33])),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    return build.parts(*streams, source=draw(st.booleans()))


@st.composite
def _stream_removals(draw: st.DrawFn) -> StreamRemoval:
    if draw(st.booleans()):
        return StreamRemoval(jobs=tuple(draw(st.lists(st.sampled_from(["job0", "job1", "gone"]), min_size=1))))
    return StreamRemoval(keep_definitions=("HD",), keep_formats=draw(st.sampled_from([None, ("mp4",)])))


def planned(world: World, library: Library | None = None) -> Plan:
    """The plan of a world whose manifests fit its library; others are left out of the examples."""
    try:
        return plan_of(world.desired, library or world.library())
    except ManifestError:
        assume(False)
        raise


@given(worlds())
@settings(max_examples=40)
def test_plan_of_an_applied_plan_is_empty(world: World) -> None:
    """Applying a plan makes the library as wanted: nothing is left to do, and the report says so."""
    library = world.library()
    plan = planned(world, library)
    assume(not plan.guards)

    report = apply_of(plan, library)

    assert report.complete
    assert report.unconverged == ()
    assert plan_of(world.desired, library).changes == ()


@given(worlds())
@settings(max_examples=40)
def test_outcomes_of_any_plan_add_up_to_it(world: World) -> None:
    """Each change has exactly one of five outcomes, also when some of the calls are refused."""
    library = world.library()
    plan = planned(world, library)
    assume(not plan.guards and plan.changes)
    refused = plan.changes[len(plan.changes) // 2]
    library.refuse_whole(refused.id or "")

    report = apply_of(plan, library)

    assert sum(report.counts().values()) == len(plan.changes)
    assert [one.change for one in report.outcomes] == list(range(len(plan.changes)))


@given(worlds(), st.randoms())
@settings(max_examples=40)
def test_plan_bytes_do_not_depend_on_the_order_of_files_and_entries(world: World, random: object) -> None:
    """The same entries in any order give the same bytes but for the time of making."""
    assets, categories = list(world.desired.assets), list(world.desired.categories)
    shuffle = getattr(random, "shuffle")  # noqa: B009  # hypothesis' own random, whose type it does not export
    shuffle(assets)
    shuffle(categories)
    shuffled = replace(world.desired, assets=tuple(assets), categories=tuple(categories))
    plan = planned(world)

    again = plan_of(shuffled, world.library(), created_at="2030-01-01T00:00:00Z")

    assert again.digest == plan.digest
    assert plan_bytes(replace(again, created_at=plan.created_at)) == plan_bytes(plan)


@given(worlds())
@settings(max_examples=40)
def test_plan_file_round_trips(world: World) -> None:
    """A plan read back from its bytes writes the same bytes, through the door that checks shape and digest."""
    plan = planned(world)
    content = plan_bytes(plan)

    again = parse_plan(content, name="plan.json")

    assert document(from_document(document(plan))) == document(plan)
    assert plan_bytes(again) == content


@given(worlds())
@settings(max_examples=40)
def test_plan_file_that_was_read_back_applies_like_the_plan_itself(world: World) -> None:
    """Nothing that apply needs is lost on the way through a file."""
    direct, by_file = world.library(), world.library()
    plan = planned(world, direct)
    assume(not plan.guards)
    read = parse_plan(plan_bytes(plan), name="plan.json")

    first, second = apply_of(plan, direct), apply_of(read, by_file)

    assert first.outcomes == second.outcomes
    assert direct.sent == by_file.sent
    assert direct.snapshot() == by_file.snapshot()


@given(worlds())
@settings(max_examples=40)
def test_order_of_changes_respects_the_ranks(world: World) -> None:
    """Categories are made and renamed first, then come updates, then removals, the deepest category last but one."""
    plan = planned(world)

    ranks = [_rank(one.address, one.action) for one in plan.changes]
    assert ranks == sorted(ranks)
    made = [one.address.key for one in plan.changes if one.action is Action.CREATE]
    for path in made:
        above = path.rpartition("/")[0]
        assert above not in made or made.index(above) < made.index(path)


def _rank(address: Address, action: Action) -> int:
    if address.kind == "category":
        return 5 if action is Action.DELETE else 0
    return {Action.UPDATE: 1, Action.DELETE_STREAMS: 2, Action.DELETE_SOURCE: 3, Action.DELETE: 4}[action]


@given(worlds())
@settings(max_examples=40)
def test_no_change_names_anything_but_what_the_manifests_name(world: World) -> None:
    """Assets are changed only when an entry names them; categories only when an entry is about them or below them."""
    plan = planned(world)
    named = {one.address for one in world.desired.assets}
    paths = [one.path for one in world.desired.categories]

    for one in plan.changes:
        if one.kind == "category":
            assert any(path == one.address.key or path.startswith(f"{one.address.key}/") for path in paths)
        else:
            assert one.address in named


@given(worlds())
@settings(max_examples=40)
def test_writes_touch_no_asset_outside_of_the_plan(world: World) -> None:
    """Every id that a call is addressed to is the id of a change."""
    library = world.library()
    plan = planned(world, library)
    assume(not plan.guards)

    apply_of(plan, library)

    planned_ids = {(one.kind, one.id or "") for one in plan.changes}
    assert {(call.kind, item.id) for call in library.sent for item in call.items} <= planned_ids


@given(worlds(), st.data())
@settings(max_examples=40)
def test_digest_notices_any_single_edit(world: World, data: st.DataObject) -> None:
    """Whatever one value of a plan document is changed to, its digest does not fit any more; the time is left out."""
    plain = json.loads(plan_bytes(planned(world)))
    before = digest(plain)
    path = data.draw(st.sampled_from(list(_places(plain))))
    assume(path[0] not in ("created_at", "digest"))

    _edit(plain, path)

    assert digest(plain) != before


def _places(value: object, path: tuple[str | int, ...] = ()) -> Sequence[tuple[str | int, ...]]:
    if isinstance(value, dict):
        return [place for name, one in value.items() for place in _places(one, (*path, name))] or [path]
    if isinstance(value, list):
        return [place for index, one in enumerate(value) for place in _places(one, (*path, index))] or [path]
    return [path]


def _edit(plain: Json, path: Sequence[str | int]) -> None:
    holder: object = plain
    for step in path[:-1]:
        holder = holder[step]  # type: ignore[index]
    old = holder[path[-1]]  # type: ignore[index]
    if isinstance(old, bool):
        new: object = not old
    elif isinstance(old, str):
        new = f"{old}x"
    elif isinstance(old, int | float):
        new = old + 1
    else:
        new = "something"
    holder[path[-1]] = new  # type: ignore[index]
