"""Who holds a lease: from the environment, without secrets, and whether that process still runs."""

from __future__ import annotations

import dataclasses
import os
import socket
import subprocess
import sys

import pytest

from vodplan.store import holder as holders
from vodplan.store.holder import Holder, is_gone, this_holder


def test_holder_is_this_process() -> None:
    """Without CI it is the user at this machine, and it is not gone."""
    holder = this_holder({})

    assert (holder.host, holder.pid, holder.ci_link) == (socket.gethostname(), os.getpid(), None)
    assert holder.owner
    assert not is_gone(holder)


CI = [
    (
        {
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "a/b",
            "GITHUB_RUN_ID": "7",
            "GITHUB_ACTOR": "eve",
        },
        "https://github.com/a/b/actions/runs/7",
        "eve",
    ),
    (
        {"CI_JOB_URL": "https://gitlab.com/a/-/jobs/3", "GITLAB_USER_LOGIN": "mia"},
        "https://gitlab.com/a/-/jobs/3",
        "mia",
    ),
    ({"BUILD_URL": "https://jenkins/job/1/", "BUILD_USER_ID": "kim"}, "https://jenkins/job/1/", "kim"),
    ({"BUILDKITE_BUILD_URL": "https://buildkite.com/o/p/builds/4"}, "https://buildkite.com/o/p/builds/4", None),
    ({"CIRCLE_BUILD_URL": "https://circleci.com/gh/a/b/5"}, "https://circleci.com/gh/a/b/5", None),
    (
        {"SYSTEM_COLLECTIONURI": "https://dev.azure.com/o/", "SYSTEM_TEAMPROJECT": "p", "BUILD_BUILDID": "6"},
        "https://dev.azure.com/o/p/_build/results?buildId=6",
        None,
    ),
]


@pytest.mark.parametrize(("environ", "link", "owner"), CI)
def test_holder_in_ci_links_its_job(environ: dict[str, str], link: str, owner: str | None) -> None:
    """Whoever is kept out can look at the job that holds the target, and see who started it."""
    holder = this_holder(environ)

    assert holder.ci_link == link
    assert owner in (None, holder.owner)
    assert link in str(holder)


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://bot:TOPSECRET@jenkins.example.com:8443/job/1/", "https://jenkins.example.com:8443/job/1/"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("https://", None),
        ("http://[broken", None),
        ("https://ci/\x1b[31mred\n", "https://ci/[31mred"),
        ("https://ci/" + "x" * 1000, "https://ci/" + "x" * 289),
    ],
)
def test_link_that_ci_names_is_shown_only_when_harmless(url: str, link: str | None) -> None:
    """Credentials are taken out, control characters too, and only web addresses are links."""
    assert this_holder({"CI_JOB_URL": url}).ci_link == link


def test_owner_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's user often has no entry in the list of users."""

    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)

    assert this_holder({}).owner == f"uid {os.getuid()}"


def test_holder_whose_process_ended_is_gone() -> None:
    """A process of this machine can be seen to have ended, also while its parent has not noticed."""
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read()
        ended = dataclasses.replace(this_holder({}), pid=process.pid)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

        # A zombie: the process id is still taken.
        assert is_gone(ended)
    assert is_gone(ended)


@pytest.mark.parametrize(
    "changes", [{"machine": "another"}, {"machine": ""}, {"pid": 0}, {"pid": -1}, {"pid": 1}, {"pid": 2**70}]
)
def test_holder_that_cannot_be_seen_is_not_gone(changes: dict[str, object]) -> None:
    """A process id of another machine, boot or container says nothing; one that is taken counts as running."""
    holder = dataclasses.replace(this_holder({}), **{"pid": 2**22 + 1, **changes})  # type: ignore[arg-type]  # one field at a time

    assert not is_gone(holder)


def test_machine_without_a_name_for_its_boot_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a restart cannot be noticed, a process id is never taken as proof."""
    monkeypatch.setattr(holders, "boot", lambda: "")

    assert holders.machine() == ""
    assert not is_gone(Holder(owner="a", host=socket.gethostname(), pid=2**22 + 1))


def test_holder_reads_as_one_line() -> None:
    """In messages a holder is who, where and which process, with the job where there is one."""
    assert str(Holder(owner="ada", host="runner-7", pid=42)) == "ada on runner-7 (process 42)"
    assert (
        str(Holder(owner="ada", host="runner-7", pid=42, ci_link="https://ci/9"))
        == "ada on runner-7 (process 42, https://ci/9)"
    )
