"""What holds for the report on any library: the order of arrival is nothing, and every patch can be read and planned."""

from __future__ import annotations

import datetime
from functools import partial
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from vodplan.core.exported import ExportedAsset
from vodplan.core.survey import Check, Finding, Member, Tally, Wishes
from vodplan.core.unmanaged import Amount
from vodplan.manifests.load import load_contents
from vodplan.manifests.patches import Patches
from vodplan.manifests.project import Project
from vodplan.store.surveyed import Surveyed

NOW = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)
TEXT = st.text(max_size=40) | st.sampled_from(
    ["no", "a: b", "'; --", "- x", "#", "\u202e", "a\nb", "x" * 128, "[a]", "{"]
)
TAG = st.sampled_from(["sport", "Sport", "sports", "SPORTS", "news", "News", "a]b", "y: n", "\u202ea", "\u202eA"])
MOMENT = st.sampled_from(["2019-01-01T00:00:00Z", "2026-11-20T00:00:00Z", "", "x"])
ROWS = st.lists(
    st.builds(
        ExportedAsset,
        kind=st.sampled_from(["video", "image", "attached"]),
        id=st.integers(0, 10**9).map(lambda one: f"a{one}") | st.just("not an id"),
        reference=st.just(""),
        title=TEXT,
        description=st.just(""),
        tags=st.lists(TAG, max_size=4, unique=True).map(tuple) | st.just(tuple(f"t{one}x" for one in range(16))),
        category=st.sampled_from(["", "News", "News/Sports", "a: b", "id 4"]),
        cover=st.sampled_from(["", "http://img.example.com/a.jpg"]),
        created=MOMENT,
        size=st.none() | st.integers(0, 10**12),
        status=st.sampled_from(["Normal", "UploadFail", "Blocked", "", "Strange"]),
        modified=MOMENT,
    ),
    max_size=12,
    unique_by=lambda one: (one.kind, one.id),
)
WISHES = Wishes(huge=1, shared=2)
PROJECT = Project(path=None, root=Path(), manifests=())


def tallied(rows: list[ExportedAsset]) -> Tally:
    """A tally of all of them."""
    tally = Tally(NOW, WISHES)
    for one in rows:
        tally.take(one)
    return tally


@given(rows=ROWS, data=st.data())
def test_survey_order_of_arrival_does_not_matter(rows: list[ExportedAsset], data: st.DataObject) -> None:
    """The same library gives the same report."""
    one, other = tallied(rows), tallied(data.draw(st.permutations(rows)))

    assert (one.kinds, one.ages, one.categories, one.undated) == (
        other.kinds,
        other.ages,
        other.categories,
        other.undated,
    )
    assert (one.flagged(), one.strays(), one.huge()) == (other.flagged(), other.strays(), other.huge())


@given(rows=ROWS)
def test_survey_numbers_add_up(rows: list[ExportedAsset]) -> None:
    """Kinds, ages and categories each count every asset once."""
    tally = tallied(rows)

    for amounts in (tally.kinds, tally.ages, tally.categories):
        assert sum(one.assets for one in amounts.values()) == len(rows)
        assert sum(one.size for one in amounts.values()) == sum(one.size or 0 for one in rows)


@given(rows=ROWS)
def test_survey_patches_are_valid_one_by_one_and_together(rows: list[ExportedAsset]) -> None:
    """Whatever strangers typed, the reader of manifests takes every patch without an error."""
    tally = Tally(NOW, WISHES)
    with Surveyed() as shelf:
        for one in rows:
            shelf.add(one, tally.take(one))
        shelf.sort()
        flagged = [
            Finding(
                check=one.check,
                kind=one.kind,
                subject=one.subject,
                amount=one.amount,
                members=partial(shelf.members, one),
            )
            for one in tally.flagged()
        ]
        empty = Finding(check=Check.EMPTY_CATEGORIES, kind="", subject="a: b/c", amount=Amount())
        found = [*tally.strays(), *flagged, *tally.huge(), empty, *shelf.duplicates(), *shelf.covers(2)]
        patches = Patches(found, now=NOW, leaves={"News/Sports", "a: b"})
        for finding in found:
            members: list[Member] = list(finding.members())
            assert len(members) in (0, finding.amount.assets)

    texts = [f"apiVersion: vodplan/v1\n{one.patch}" for one in patches.findings if one.patch]
    for text in (*texts, patches.manifest()):
        loaded = load_contents({"a.yaml": text.encode("utf-8")}, project=PROJECT)
        assert [one for one in loaded.diagnostics if one.severity == "error"] == [], text
    assert all(one.patch or one.why for one in patches.findings)
