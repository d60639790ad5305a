"""The comment on a pull or merge request: one, updated in place, and nobody else's touched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ci.host import FakeHost, serving
from tests.ci.scripts import script

comment = script("ci/comment.py")
MARK = "<!-- vodplan: production -->"
BODY = f"{MARK}\n### Plan\n\n3 updates\n"


@pytest.fixture(name="host")
def _host() -> Iterator[FakeHost]:
    with serving() as host:
        yield host


@pytest.fixture(name="environ", params=["github", "gitlab"])
def _environ(request: pytest.FixtureRequest, host: FakeHost, tmp_path: Path) -> dict[str, str]:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 12}}))
    (tmp_path / "comment.md").write_text(BODY)
    return {
        "HOST": request.param,
        "COMMENT_FILE": str(tmp_path / "comment.md"),
        "GITHUB_TOKEN": "t",
        "GITHUB_API_URL": host.url,
        "GITHUB_REPOSITORY": "team/media",
        "GITHUB_EVENT_PATH": str(event),
        "VODPLAN_GITLAB_TOKEN": "t",
        "CI_API_V4_URL": host.url,
        "CI_PROJECT_ID": "5",
        "CI_MERGE_REQUEST_IID": "12",
    }


def put(environ: dict[str, str]) -> str:
    """Run the script as a job does."""
    done = comment.main([environ["HOST"]], environ, ["no-such-program"])
    assert isinstance(done, str)
    return done


def test_comment_first_run_writes_one(host: FakeHost, environ: dict[str, str]) -> None:
    """There is none yet."""
    host.add("Looks good to me", by_program=False)

    assert put(environ) == "written"
    assert host.bodies() == ["Looks good to me", BODY]


def test_comment_second_run_updates_it_in_place(host: FakeHost, environ: dict[str, str]) -> None:
    """Ten pushes make one comment, not ten; it is found behind a hundred others too."""
    for _ in range(120):
        host.add("chatter", by_program=False)
    place = host.add(f"{MARK}\nold", by_program=True)

    assert put(environ) == "updated"
    assert host.comments[place]["body"] == BODY
    assert len(host.comments) == 121


def test_comment_of_another_target_stays(host: FakeHost, environ: dict[str, str]) -> None:
    """Each target has its own."""
    host.add("<!-- vodplan: staging -->\nold", by_program=True)

    assert put(environ) == "written"
    assert host.bodies()[0].endswith("old")


def test_comment_copied_by_a_person_is_never_written_over(host: FakeHost, environ: dict[str, str]) -> None:
    """Anybody can type the first line; a program writing into a person's comment would put words into their mouth."""
    host.add(f"{MARK}\nmine", by_program=False)

    assert put(environ) == "written"
    assert host.bodies()[0].endswith("mine")


def test_comment_that_may_not_be_updated_is_written_anew(host: FakeHost, environ: dict[str, str]) -> None:
    """It is another program's."""
    host.add(f"{MARK}\nold", by_program=True)
    host.refuses = frozenset({"PATCH", "PUT"})

    assert put(environ) == "written"
    assert len(host.comments) == 2


def test_comment_without_the_right_says_what_to_give(host: FakeHost, environ: dict[str, str]) -> None:
    """The sentence names the permission."""
    host.refuses = frozenset({"POST"})

    with pytest.raises(comment.NoComment, match=r"pull-requests: write|scope `api`"):
        put(environ)


def test_comment_without_a_first_line_of_vodplan_is_not_posted(
    host: FakeHost, environ: dict[str, str], tmp_path: Path
) -> None:
    """It could not be found again."""
    (tmp_path / "comment.md").write_text("3 updates\n")

    with pytest.raises(comment.NoComment, match="first line"):
        put(environ)
    assert host.comments == {}


def test_comment_host_that_is_not_there_is_a_sentence(environ: dict[str, str]) -> None:
    """And no traceback."""
    nowhere = "http://127.0.0.1:9"

    with pytest.raises(comment.NoComment):
        put({**environ, "GITHUB_API_URL": nowhere, "CI_API_V4_URL": nowhere})
