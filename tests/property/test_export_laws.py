"""Laws of exporting: whatever a library holds, the manifests are valid, and the plan right after is empty."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.e2e.helpers import keys
from vodplan import api
from vodplan.core.desired import DesiredAsset
from vodplan.core.values import UNSET
from vodplan.emulator import RunningEmulator, running
from vodplan.emulator.records import ROOT, Attached, Category, Image, Library, Video
from vodplan.kinds.attached import ATTACHED
from vodplan.kinds.image import IMAGE
from vodplan.kinds.operations import OPERATIONS
from vodplan.kinds.video import VIDEO
from vodplan.manifests.limits import reference_problem, text_problem

UNPACED = f"""\
apiVersion: vodplan/v1
targets: {{lab: {{region: cn-shanghai}}}}
limits: {{share: 1, rates: {{{", ".join(f"{name}: 1000000" for name in OPERATIONS)}}}}}
"""
"""No waiting for rates that an emulator does not hold anyone to."""

TEXTS = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.text(" \t\n\r:#-?,[]{}&*!|>'\"%@`~=\\/.aA1é世\u00a0\u3000\u2028\u202e\ufeff\u0085\x00👍", max_size=12),
    st.sampled_from(
        ["null", "no", "2024", "1e3", "12:30", "- a", "a: b", "# x", "one\ntwo\n", "x\n\ny", "界" * 43, "b" * 2000]
    ),
)
TAGS = st.one_of(
    st.none(),
    st.lists(TEXTS.map(lambda text: text or ""), max_size=4).map(",".join),
    st.just(",".join(f"t{number}" for number in range(17))),
    st.just("é" * 17),
)
IDS = st.one_of(
    st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True), st.sampled_from(["null", "1e3", "007", "-", "CON"])
)
REFERENCES = [None, "cms-000123", "CMS-000123", "12345678", "ab", "a b c d e"]
NAMES = st.one_of(
    st.sampled_from(
        ["News", "news", "A/B", "../up", ".hidden", "CON", "x.yaml", "_uncategorized", "2024", " edge ", "界" * 30]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=8),
)
TIMES = st.sampled_from([1_700_000_000, 1_700_000_001, 1_700_003_600, 1_703_000_000, 1_740_000_000])
COVERS = st.sampled_from(
    [None, "/media/cover/a.svg", "/media/cover/b.svg?x-oss-process=image/resize,w_9", "/media/c d.png"]
)


@st.composite
def libraries(draw: st.DrawFn) -> Library:
    """A library that holds what consoles, imports and other tools may have left in it."""
    tree = [Category(id=10 + place, name=draw(NAMES), parent=ROOT, level=0) for place in range(draw(st.integers(0, 4)))]
    for level in (1, 2):
        above = [one for one in tree if one.level == level - 1]
        for place in range(draw(st.integers(0, 3)) if above else 0):
            parent = draw(st.sampled_from(above))
            tree.append(Category(id=10 + 10 * level + place, name=draw(NAMES), parent=parent.id, level=level))
    places = st.sampled_from([None, 999, *(one.id for one in tree)])

    def video(video_id: str) -> Video:
        made = draw(TIMES)
        return Video(
            id=video_id,
            title=draw(TEXTS) or "",
            created=made,
            modified=made,
            media_type=draw(st.sampled_from(["video", "audio"])),
            reference_id=references.pop(),
            description=draw(TEXTS),
            tags=draw(TAGS),
            category=draw(places),
            cover=draw(COVERS),
            size=draw(st.integers(0, 10**12)),
        )

    def image(image_id: str) -> Image:
        made = draw(TIMES)
        return Image(
            id=image_id,
            title=draw(TEXTS) or "",
            created=made,
            modified=made,
            path=f"/media/image/{image_id}.png",
            description=draw(TEXTS),
            tags=draw(TAGS),
            category=draw(places),
        )

    names = draw(st.lists(NAMES, max_size=3))
    shelves = [
        Category(id=500 + place, name=name, parent=ROOT, level=0, type="material") for place, name in enumerate(names)
    ]

    def attached(media_id: str) -> Attached:
        made = draw(TIMES)
        return Attached(
            id=media_id,
            business_type=draw(st.sampled_from(["watermark", "subtitle", "material"])),
            title=draw(TEXTS) or "",
            created=made,
            modified=made,
            path=f"/media/attached/{media_id}.png",
            description=draw(TEXTS),
            tags=draw(TAGS),
            categories=tuple(draw(st.lists(st.sampled_from([one.id for one in shelves] or [999]), max_size=6))),
        )

    # The service has each reference once.
    references: list[str | None] = [None, None, *draw(st.permutations(REFERENCES))]
    ids = draw(st.lists(IDS, unique=True, max_size=8))
    cut = draw(st.integers(0, len(ids)))
    return Library(
        categories=(*tree, *shelves),
        videos=tuple(video(one) for one in ids[:cut]),
        images=tuple(image(one) for one in ids[cut:]),
        attached=tuple(attached(one) for one in draw(st.lists(IDS, unique=True, max_size=3))),
    )


WISHES = st.builds(
    api.ExportWishes,
    split=st.sampled_from(["category", "month", "asset", "none"]),
    name_by=st.sampled_from(["reference", "id"]),
    empties=st.booleans(),
    most=st.sampled_from([1, 2, 1_000]),
)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    """An emulator that each example fills anew."""
    with running(tmp_path_factory.mktemp("emulator") / "emulator.db") as one:
        yield one


def fill(emulator: RunningEmulator, library: Library) -> None:
    """Make an emulator hold a library and nothing else."""
    db = emulator.app.state.db
    db.clear()
    with db.transaction():
        db.load(library)


def title_of(asset: DesiredAsset) -> object:
    """The title that an entry asks for."""
    return asset.values[VIDEO.index("title")]


@given(library=libraries(), wishes=WISHES, walk_by=st.sampled_from(["search", "list"]))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_export_of_any_library_is_valid_and_its_plan_empty(
    emulator: RunningEmulator, library: Library, wishes: api.ExportWishes, walk_by: str
) -> None:
    """Every asset has an entry, every value that a manifest can say is in it, and nothing is left to do."""
    fill(emulator, library)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "vodplan.yaml").write_text(UNPACED)
        report = api.export("m", wishes=wishes, walk_by=walk_by, cwd=folder, environ=keys(emulator))
        assert report.entries["videos"] == len(library.videos)
        assert report.entries["images"] == len(library.images)
        assert report.entries["attached"] == len(library.attached)
        if not list(Path(folder, "m").rglob("*.yaml")):
            assert not library.videos + library.images + library.attached
            return
        if not (library.videos or library.images or library.attached or report.entries["categories"]):
            return

        workspace = api.load(["m"], cwd=folder, environ=keys(emulator))
        assert workspace.managed.get("category", 0) == report.entries["categories"]
        assert api.plan(workspace).empty
        with api.unmanaged(workspace, walk_by=walk_by) as unmanaged:
            assert list(unmanaged.assets()) == []
            everything = len(library.videos) + len(library.images) + len(library.attached)
            assert sum(one.assets for one in unmanaged.live.values()) == everything

    _has_all_it_can(library, workspace.desired.assets, wishes)


def _has_all_it_can(library: Library, entries: tuple[DesiredAsset, ...], wishes: api.ExportWishes) -> None:
    by_key = {(one.kind, one.key): one for one in entries}
    for kind, assets in ((VIDEO, library.videos), (IMAGE, library.images), (ATTACHED, library.attached)):
        for asset in assets:
            reference = asset.reference_id if isinstance(asset, Video) else None
            named = wishes.name_by == "reference" and reference is not None and reference_problem(reference) is None
            entry = by_key[kind.name, f"ref:{reference}" if named else asset.id]
            title = asset.title.removesuffix("\n")
            field = kind.fields[0]
            fits = text_problem("title", title, max_bytes=field.max_bytes, emoji=field.emoji) is None
            if title and fits:
                assert title_of(entry) == title
            elif not fits:
                assert title_of(entry) is UNSET
