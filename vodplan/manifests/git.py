"""Asks git about the repository that a folder stands in; runs it with nothing of the user's taste, and only to read."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vodplan.core.errors import ConfigError, UsageError

TIMEOUT = 60.0
"""Seconds that one call of git may take."""

_KEPT = re.compile(r"GIT_(CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|CONFIG_.*)")
"""What stays of git's variables: where to look, settings such as safe.directory. A hook sets others: GIT_DIR."""

_SET = {
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    # Sentences in English, since what is wrong with a repository is told by nothing else.
    "LANGUAGE": "",
    "LC_ALL": "C",
}
_BAD_REF = re.compile(r"[\x00-\x20\x7f]|^-|^$")
_FULL_ID = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_ID = re.compile(r"[0-9a-f]{7,64}")
_REMOTE = "origin"
_PLAN = "vodplan plan"


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One file of a revision: `mode` as git has it (`100644`), its blob, its path from the top of the repository."""

    mode: str
    blob: str
    path: str


class Repository:
    """The repository that a folder stands in.

    top: the top of its work tree, links resolved.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        """Find the repository.

        raises: ConfigError when git is not installed, there is no repository, or git does not trust it.
        """
        self._folder = folder
        self._environ = {name: value for name, value in environ.items() if _passes(name)} | _SET
        program = shutil.which("git", path=environ.get("PATH"))
        if program is None:
            raise ConfigError(
                "The manifests of a revision are read by git, which is not installed, or not on the PATH. Without it, "
                "plan everything.",
                next=_PLAN,
            )
        self._program = program
        found = self._run(["rev-parse", "--show-toplevel"])
        if found.returncode:
            raise self._no_repository(_said(found))
        self.top = Path(os.fsdecode(found.stdout.removesuffix(b"\n").removesuffix(b"\r"))).resolve()

    def commit(self, ref: str) -> str:
        """The id of the commit that a branch, tag, id or other revision of git stands for.

        raises: UsageError when there is none, with the command that fetches it.
        """
        if _BAD_REF.search(ref):
            raise UsageError(
                f'"{ref}" is no revision of git: a branch, a tag or a commit is meant, such as origin/main or HEAD~1.',
                next="git branch --all",
            )
        found = self._run(["rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"])
        commit = found.stdout.decode("ascii", "replace").strip()
        if found.returncode or not _FULL_ID.fullmatch(commit):
            raise self._no_commit(ref)
        return commit

    def tree(self, commit: str, paths: Sequence[str]) -> Iterator[TreeEntry]:
        """Every entry of a commit below paths, which are files or folders from the top; all of it for the path ``."""
        named = [] if "" in paths else ["--", *paths]
        listed = self._checked(["ls-tree", "-r", "-z", "--full-tree", commit, *named])
        for line in listed.split(b"\0"):
            head, _, path = line.partition(b"\t")
            if path:
                mode, _, blob = head.decode("ascii").split(" ")
                yield TreeEntry(mode, blob, os.fsdecode(path))

    def sizes(self, blobs: Iterable[str]) -> Mapping[str, int]:
        """Blob → bytes; one that is not there is left out."""
        answer = self._checked(["cat-file", "--batch-check"], _lines(blobs))
        found = (line.split(" ") for line in answer.decode("ascii", "replace").splitlines())
        return {words[0]: int(words[2]) for words in found if len(words) == 3 and words[1] == "blob"}

    def contents(self, blobs: Iterable[str]) -> Mapping[str, bytes]:
        """Blob → its bytes, all of them in memory; one that is not there is left out."""
        answer = self._checked(["cat-file", "--batch"], _lines(blobs))
        found: dict[str, bytes] = {}
        place = 0
        while place < len(answer):
            end = answer.index(b"\n", place)
            words = answer[place:end].decode("ascii", "replace").split(" ")
            place = end + 1
            if len(words) == 3:
                size = int(words[2])
                found[words[0]] = answer[place : place + size]
                place += size + 1
        return found

    def _checked(self, arguments: Sequence[str], given: bytes = b"") -> bytes:
        ended = self._run(arguments, given)
        if ended.returncode:
            raise ConfigError(
                f"git {arguments[0]} failed in {self.top}: {_said(ended)}", next=f"git -C {_quoted(self.top)} fsck"
            )
        return ended.stdout

    def _run(self, arguments: Sequence[str], given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        command = [self._program, "--no-pager", *arguments]
        try:
            return subprocess.run(
                command,
                cwd=self._folder,
                env=self._environ,
                input=given,
                capture_output=True,
                timeout=TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ConfigError(
                f"git {arguments[0]} did not end within {TIMEOUT:g} seconds in {self._folder}.",
                next=f"git -C {_quoted(self._folder)} {arguments[0]}",
            ) from error
        except OSError as error:
            raise ConfigError(
                f"git cannot be run in {self._folder}: {error.strerror or error}.", next="git --version"
            ) from error

    def _no_repository(self, said: str) -> ConfigError:
        # git has one exit code for all of these, so its (English) sentence has to tell them apart.
        if "safe.directory" in said:
            return ConfigError(
                f"git does not trust the repository of {self._folder}, since it belongs to another user; that is usual "
                "in a container. Say that it is yours.",
                next=f"git config --global --add safe.directory {_untrusted(said) or _quoted(self._folder)}",
            )
        if "not a git repository" in said:
            return ConfigError(
                f"{self._folder} is not in a git repository, so there is no revision to compare the manifests with. "
                "Plan everything.",
                next=_PLAN,
            )
        return ConfigError(f"git finds no work tree at {self._folder}: {said}", next=_PLAN)

    def _no_commit(self, ref: str) -> UsageError:
        shallow = self._run(["rev-parse", "--is-shallow-repository"]).stdout.strip() == b"true"
        why = (
            "This clone is shallow: it has only the newest commits (actions/checkout: fetch-depth). " if shallow else ""
        )
        return UsageError(
            f'The repository has no revision "{ref}". {why}Fetch it, or check its name.', next=_fetch(ref, shallow)
        )


def _fetch(ref: str, shallow: bool) -> str:
    """The command that most likely brings a revision in; a full clone stays a full one."""
    depth = " --depth=1" if shallow else ""
    if ref.startswith(("HEAD", "@")) or re.search(r"[~^@{]|\.\.", ref):
        return "git fetch --unshallow" if shallow else "git log --oneline"
    if _ID.fullmatch(ref):
        return f"git fetch {_REMOTE} {ref}{depth}" if _FULL_ID.fullmatch(ref) else _deeper(shallow)
    branch = ref.removeprefix(f"{_REMOTE}/")
    if branch != ref:
        return f"git fetch {_REMOTE} {shlex.quote(branch)}{depth}"
    return f"git fetch {_REMOTE} {shlex.quote(f'{ref}:{ref}')}{depth}"


def _deeper(shallow: bool) -> str:
    return "git fetch --unshallow" if shallow else f"git fetch {_REMOTE}"


def _untrusted(said: str) -> str:
    """The folder that git names in the command it advises, quoted as it quotes it."""
    found = re.search(r"safe\.directory (\S.*)$", said, re.MULTILINE)
    return shlex.join(shlex.split(found[1])) if found else ""


def _passes(name: str) -> bool:
    return not name.upper().startswith("GIT_") or _KEPT.fullmatch(name.upper()) is not None


def _said(ended: subprocess.CompletedProcess[bytes]) -> str:
    return ended.stderr.decode("utf-8", "replace").strip() or f"it ended with {ended.returncode}."


def _lines(blobs: Iterable[str]) -> bytes:
    return "".join(f"{one}\n" for one in blobs).encode("ascii")


def _quoted(folder: Path) -> str:
    return shlex.quote(str(folder))
