"""Laws of covers from files."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests import build
from tests.fakes import Library, apply_of, plan_of
from vodplan.core.change import Action
from vodplan.core.coverfile import UPLOAD
from vodplan.core.policy import Policy, Protection
from vodplan.core.report import Verdict
from vodplan.core.values import UNSET, CoverFile, FieldValue

OLD = [f"http://h/{one}.jpg" for one in "xyz"]
"""Addresses of images of the library; videos may have others."""

VIDEOS = [f"v{one}" for one in range(8)]
DIGESTS = [character * 64 for character in "abc"]

covers = st.builds(
    CoverFile,
    file=st.sampled_from(["covers/a.png", "covers/图 1.jpg"]),
    sha256=st.sampled_from(DIGESTS),
    size=st.integers(1, 10_000),
)
wanted = st.dictionaries(
    st.sampled_from(VIDEOS), st.one_of(covers, st.just(UNSET), st.just(""), st.just("http://h/given.jpg")), min_size=1
)


@given(wishes=wanted, there=st.sets(st.sampled_from(DIGESTS)))
def test_plan_with_pictures_in_files_applied_once_leaves_nothing_and_uploads_each_picture_once(
    wishes: dict[str, FieldValue], there: set[str]
) -> None:
    """Whatever shows what: as many uploads as pictures that were not there, as many as were told, then an empty plan."""
    library = Library(*(build.live_video(one, title="T", cover="http://h/old.jpg") for one in VIDEOS))
    library.uploads.update({one: f"http://h/{one}.jpg" for one in there})
    desired = build.desired(*(build.video(one, title="T", cover=cover) for one, cover in wishes.items()))
    needed = {cover.sha256 for cover in wishes.values() if isinstance(cover, CoverFile)} - there

    plan = plan_of(desired, library)
    report = apply_of(plan, library)

    assert plan.cost.calls.get(UPLOAD, 0) == library.calls("write")[UPLOAD] == len(needed)
    assert {one.verdict for one in report.outcomes} <= {Verdict.DONE}
    assert report.unconverged == ()
    assert plan_of(desired, library).changes == ()
    for video, cover in wishes.items():
        if isinstance(cover, CoverFile):
            assert library.video(video).values[4] == library.uploads[cover.sha256]


asking = st.builds(
    CoverFile,
    file=st.just("covers/a.png"),
    sha256=st.sampled_from(DIGESTS),
    size=st.just(9),
    delete_old=st.booleans(),
)
shown = st.sampled_from([*OLD, "http://h/elsewhere.jpg", ""])


@given(
    live=st.tuples(*[shown] * len(VIDEOS)),
    wishes=st.dictionaries(st.sampled_from(VIDEOS), st.one_of(asking, st.just(UNSET), shown), min_size=1),
    managed=st.sets(st.sampled_from(OLD)),
    protect=st.booleans(),
    refused=st.sets(st.sampled_from(VIDEOS), max_size=1),
)
def test_old_covers_go_with_their_last_video_and_nothing_is_left_without_its_picture(
    live: tuple[str, ...], wishes: dict[str, FieldValue], managed: set[str], protect: bool, refused: set[str]
) -> None:
    """An image goes when an entry asks, nobody shows it after, and nothing keeps it: once, and after all its videos.

    Whatever fails, no video shows an image that is gone.
    """
    ids = {url: f"i{place}" for place, url in enumerate(OLD)}
    library = Library(
        *(build.live_video(one, title="T", cover=cover) for one, cover in zip(VIDEOS, live, strict=True)),
        *(build.live_image(one) for one in ids.values()),
        urls={one: url for url, one in ids.items()},
    )
    entries = [build.video(one, title="T", cover=cover) for one, cover in wishes.items()]
    kept = [build.image(ids[url], title="") for url in managed]
    policy = Policy(protect=(Protection(ids=frozenset({"image/i0"})),)) if protect else Policy()
    for one in refused:
        library.refuse(one, "Forbidden.Video")
    after = {
        one: cover if (wish := wishes.get(one, UNSET)) is UNSET else wish
        for one, cover in zip(VIDEOS, live, strict=True)
    }
    asked = {
        cover
        for one, cover in zip(VIDEOS, live, strict=True)
        if isinstance(wish := wishes.get(one), CoverFile) and wish.delete_old
    }
    goes = {
        ids[url]
        for url in set(OLD) & asked
        if url not in after.values() and url not in managed and not (protect and ids[url] == "i0")
    }

    plan = plan_of(build.desired(*entries, *kept), library, policy=policy)
    report = apply_of(plan, library, policy=policy)

    gone = [one for one in plan.changes if one.action is Action.DELETE]
    assert sorted(str(one.id) for one in gone) == sorted(goes)
    assert plan.guards == ()
    assert plan.summary.delete == len(goes)
    there = {url for url, one in ids.items() if library.has("image", one)}
    assert all(library.video(one).values[4] not in set(OLD) - there for one in VIDEOS)
    if all(one.verdict is Verdict.DONE for one in report.outcomes):
        assert there == {url for url, one in ids.items() if one not in goes}
        assert plan_of(build.desired(*entries, *kept), library, policy=policy).changes == ()
