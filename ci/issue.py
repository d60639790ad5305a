"""Keeps the issue about drift: one for each target, updated in place, closed when nothing differs any more.

    python ci/issue.py github|gitlab

COMMENT_FILE is what `vodplan drift --output markdown=FILE` wrote. The issue is told by its first line, an HTML comment
(docs/drift.md); one that a person opened is never touched. Standard library only.

github: GITHUB_TOKEN, GITHUB_API_URL, GITHUB_REPOSITORY.
gitlab: VODPLAN_GITLAB_TOKEN, CI_API_V4_URL, CI_PROJECT_ID.
"""

from __future__ import annotations

import os
import re
import sys
import urllib.error
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

sys.path.insert(0, str(Path(__file__).parent))

# ci/ is no package: the host runs this file alone.
from comment import NOT_ALLOWED, Api, NoComment  # type: ignore[import-not-found]

MARKER = re.compile(r"<!-- vodplan drift (\S+) -->")
CLEAN = "\nNo drift.\n"


@dataclass(frozen=True, slots=True)
class Issue:
    """One that is open: its number, its text, and whether a program opened it."""

    number: int
    body: str
    by_program: bool


class Host(Protocol):
    """Where the issues are. Its methods raise urllib.error.HTTPError and NoComment."""

    def issues(self) -> Iterator[Issue]:
        """All that are open, oldest first."""
        ...

    def create(self, title: str, body: str) -> None:
        """Open one."""
        ...

    def update(self, number: int, body: str, *, close: bool) -> None:
        """Replace the text, and close it."""
        ...


class GitHub:
    """Issues of a repository."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._api = Api(
            environ.get("GITHUB_API_URL", ""),
            {
                "Authorization": f"Bearer {_need(environ, 'GITHUB_TOKEN')}",
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        self._issues = f"/repos/{_need(environ, 'GITHUB_REPOSITORY')}/issues"

    def issues(self) -> Iterator[Issue]:
        """See `Host.issues`. The host lists pull requests among them."""
        for one in self._api.pages(f"{self._issues}?state=open&sort=created&direction=asc&"):
            if "pull_request" not in one:
                yield Issue(one["number"], one.get("body") or "", (one.get("user") or {}).get("type") == "Bot")

    def create(self, title: str, body: str) -> None:
        """See `Host.create`."""
        self._api.call("POST", self._issues, {"title": title, "body": body})

    def update(self, number: int, body: str, *, close: bool) -> None:
        """See `Host.update`."""
        closing = {"state": "closed", "state_reason": "completed"} if close else {}
        self._api.call("PATCH", f"{self._issues}/{number}", {"body": body, **closing})


class GitLab:
    """Issues of a project."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._api = Api(environ.get("CI_API_V4_URL", ""), {"PRIVATE-TOKEN": _need(environ, "VODPLAN_GITLAB_TOKEN")})
        project = urllib.parse.quote(_need(environ, "CI_PROJECT_ID"), safe="")
        self._issues = f"/projects/{project}/issues"
        self._me: Any = self._api.call("GET", "/user")["id"]

    def issues(self) -> Iterator[Issue]:
        """See `Host.issues`."""
        for one in self._api.pages(f"{self._issues}?state=opened&order_by=created_at&sort=asc&"):
            mine = (one.get("author") or {}).get("id") == self._me
            yield Issue(one["iid"], one.get("description") or "", mine)

    def create(self, title: str, body: str) -> None:
        """See `Host.create`."""
        self._api.call("POST", self._issues, {"title": title, "description": body})

    def update(self, number: int, body: str, *, close: bool) -> None:
        """See `Host.update`."""
        closing = {"state_event": "close"} if close else {}
        self._api.call("PUT", f"{self._issues}/{number}", {"description": body, **closing})


HOSTS: Mapping[str, Callable[[Mapping[str, str]], Host]] = {"github": GitHub, "gitlab": GitLab}


def keep(host: Host, body: str) -> str:
    """Bring the issue to what the text says; tells what was done. Raises NoComment."""
    marker = body.partition("\n")[0]
    found = MARKER.fullmatch(marker)
    if found is None:
        raise NoComment("The text does not begin as that of vodplan drift does. Did it fail?")
    clean = body.endswith(CLEAN)
    for one in host.issues():
        # Anybody can copy the first line into an issue of their own; only a program's is ever written over.
        if one.by_program and one.body.partition("\n")[0].rstrip("\r") == marker:
            if one.body == body:
                return "already up to date"
            host.update(one.number, body, close=clean)
            return "closed" if clean else "updated"
    if clean:
        return "not needed: nothing drifted"
    target = urllib.parse.unquote(found[1], errors="replace")
    host.create(f"vodplan: drift of {re.sub(r'[^A-Za-z0-9._-]', '?', target)}", body)
    return "opened"


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """Keep the issue; what was done. Raises NoComment."""
    if len(arguments) != 1 or arguments[0] not in HOSTS:
        raise NoComment(f"Name the host: {' or '.join(HOSTS)}.")
    try:
        body = Path(_need(environ, "COMMENT_FILE")).read_text(encoding="utf-8")
    except OSError as error:
        raise NoComment(f"{error.filename}: {error.strerror}.") from error
    try:
        return keep(HOSTS[arguments[0]](environ), body)
    except urllib.error.HTTPError as error:
        if error.code in NOT_ALLOWED:
            raise NoComment(
                "The token may not write issues. On GitHub give the job `permissions: {issues: write}`; on GitLab the "
                "token needs the scope `api` and the role Reporter."
            ) from error
        raise NoComment(f"The host answered {error.code} {error.reason}.") from error


def _need(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise NoComment(f"{name} is not set.")
    return value


if __name__ == "__main__":
    try:
        print(f"The issue was {main(sys.argv[1:], os.environ)}.")
    except NoComment as error:
        print(f"No issue: {error}", file=sys.stderr)
        sys.exit(1)
