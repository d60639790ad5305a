"""Laws of covers from files."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests import build
from tests.fakes import Library, apply_of, plan_of
from vodplan.core.coverfile import UPLOAD
from vodplan.core.report import Verdict
from vodplan.core.values import UNSET, CoverFile, FieldValue

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
