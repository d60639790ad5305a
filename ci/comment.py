"""Writes the plan's comment on a pull or merge request: one for each target, updated in place.

    python ci/comment.py github|gitlab

The comment is told by its first line, an HTML comment that vodplan writes (docs/formats.md). With PLAN_FILE the comment
is rendered anew, so that it can name ARTIFACT_URL; otherwise COMMENT_FILE is posted as it is. Standard library only.

github: GITHUB_TOKEN, GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_EVENT_PATH.
gitlab: VODPLAN_GITLAB_TOKEN, CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

SECONDS = 30
PAGE = 100
MOST_PAGES = 50
NOT_ALLOWED = frozenset({401, 403, 404})


class NoComment(Exception):
    """The comment cannot be written; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One that is there: its id, its text, and whether a program wrote it."""

    id: int
    body: str
    by_program: bool


class Host(Protocol):
    """Where the comments are."""

    limit: str

    def comments(self) -> Iterator[Comment]:
        """All of the request's, oldest first."""
        ...

    def update(self, comment: int, body: str) -> bool:
        """Replace the text; False when this token may not."""
        ...

    def create(self, body: str) -> None:
        """Write a new one; raises NoComment."""
        ...


class Api:
    """A JSON API below one address."""

    def __init__(self, base: str, headers: Mapping[str, str]) -> None:
        if urllib.parse.urlsplit(base).scheme not in ("https", "http"):
            raise NoComment(f"The host's API has the address {base!r}, which is none.")
        self._base = base.rstrip("/")
        self._headers = {**headers, "Content-Type": "application/json", "User-Agent": "vodplan"}

    def call(self, method: str, path: str, body: Mapping[str, str] | None = None) -> Any:
        """The answer's JSON; raises urllib.error.HTTPError, NoComment when there is no answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._base}{path}", data=data, method=method, headers=self._headers)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError:
            raise
        except (OSError, ValueError) as error:
            raise NoComment(f"{method} {path}: {error}.") from error

    def pages(self, path: str) -> Iterator[Any]:
        """Every record of a list, page by page."""
        for page in range(1, MOST_PAGES + 1):
            found = self.call("GET", f"{path}per_page={PAGE}&page={page}")
            yield from found
            if len(found) < PAGE:
                return


class GitHub:
    """Comments of a pull request."""

    limit = "github"

    def __init__(self, environ: Mapping[str, str]) -> None:
        event = json.loads(Path(_need(environ, "GITHUB_EVENT_PATH")).read_bytes())
        number = event.get("pull_request", {}).get("number")
        if not isinstance(number, int):
            raise NoComment("This event is no pull request.")
        self._api = Api(
            environ.get("GITHUB_API_URL", ""),
            {
                "Authorization": f"Bearer {_need(environ, 'GITHUB_TOKEN')}",
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        self._comments = f"/repos/{_need(environ, 'GITHUB_REPOSITORY')}/issues"
        self._number = number

    def comments(self) -> Iterator[Comment]:
        """See `Host.comments`."""
        for one in self._api.pages(f"{self._comments}/{self._number}/comments?"):
            yield Comment(one["id"], one.get("body") or "", (one.get("user") or {}).get("type") == "Bot")

    def update(self, comment: int, body: str) -> bool:
        """See `Host.update`."""
        return _allowed(self._api, "PATCH", f"{self._comments}/comments/{comment}", body)

    def create(self, body: str) -> None:
        """See `Host.create`."""
        if not _allowed(self._api, "POST", f"{self._comments}/{self._number}/comments", body):
            raise NoComment(
                "The token may not comment. Give the job `permissions: {pull-requests: write, contents: read}`."
            )


class GitLab:
    """Notes of a merge request."""

    limit = "gitlab"

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._api = Api(environ.get("CI_API_V4_URL", ""), {"PRIVATE-TOKEN": _need(environ, "VODPLAN_GITLAB_TOKEN")})
        project = urllib.parse.quote(_need(environ, "CI_PROJECT_ID"), safe="")
        self._notes = f"/projects/{project}/merge_requests/{_need(environ, 'CI_MERGE_REQUEST_IID')}/notes"
        self._me = self._api.call("GET", "/user")["id"]

    def comments(self) -> Iterator[Comment]:
        """See `Host.comments`."""
        for one in self._api.pages(f"{self._notes}?sort=asc&order_by=created_at&"):
            yield Comment(one["id"], one.get("body") or "", (one.get("author") or {}).get("id") == self._me)

    def update(self, comment: int, body: str) -> bool:
        """See `Host.update`."""
        return _allowed(self._api, "PUT", f"{self._notes}/{comment}", body)

    def create(self, body: str) -> None:
        """See `Host.create`."""
        if not _allowed(self._api, "POST", self._notes, body):
            raise NoComment(
                "The token may not comment. VODPLAN_GITLAB_TOKEN needs the scope `api` and the role Reporter."
            )


HOSTS: Mapping[str, Callable[[Mapping[str, str]], Host]] = {"github": GitHub, "gitlab": GitLab}


def put(host: Host, body: str) -> str:
    """Write the comment: over the one with the same first line, else as a new one; says which."""
    marker = body.partition("\n")[0]
    if not (marker.startswith("<!--") and marker.endswith("-->")):
        raise NoComment("The comment has no first line that tells it from others; was it written by vodplan?")
    for one in host.comments():
        # Anybody can copy the first line into a comment of their own; only a program's is ever written over.
        if one.by_program and one.body.partition("\n")[0].rstrip("\r") == marker and host.update(one.id, body):
            return "updated"
    host.create(body)
    return "written"


def text(environ: Mapping[str, str], vodplan: Sequence[str], limit: str) -> str:
    """What the comment says; raises NoComment."""
    plan, artifact = environ.get("PLAN_FILE", ""), environ.get("ARTIFACT_URL", "")
    if plan and artifact:
        words = [*vodplan, "show", plan, "--format", "markdown", "--comment-limit", limit, "--artifact-url", artifact]
        shown = subprocess.run(words, stdout=subprocess.PIPE, check=False)
        if shown.returncode == 0:
            return shown.stdout.decode()
    try:
        return Path(_need(environ, "COMMENT_FILE")).read_text(encoding="utf-8")
    except OSError as error:
        raise NoComment(f"{error.filename}: {error.strerror}.") from error


def main(arguments: Sequence[str], environ: Mapping[str, str], vodplan: Sequence[str]) -> str:
    """Write the comment; what was done. Raises NoComment."""
    if len(arguments) != 1 or arguments[0] not in HOSTS:
        raise NoComment(f"Name the host: {' or '.join(HOSTS)}.")
    host = HOSTS[arguments[0]](environ)
    try:
        return put(host, text(environ, vodplan, host.limit))
    except urllib.error.HTTPError as error:
        raise NoComment(f"The host answered {error.code} {error.reason}.") from error


def _allowed(api: Api, method: str, path: str, body: str) -> bool:
    try:
        api.call(method, path, {"body": body})
    except urllib.error.HTTPError as error:
        if error.code in NOT_ALLOWED:
            return False
        raise
    return True


def _need(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise NoComment(f"{name} is not set.")
    return value


if __name__ == "__main__":
    try:
        print(f"The comment was {main(sys.argv[1:], os.environ, [sys.executable, '-m', 'vodplan'])}.")
    except NoComment as error:
        print(f"No comment: {error}", file=sys.stderr)
        sys.exit(1)
