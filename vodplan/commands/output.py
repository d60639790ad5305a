"""Where results go: stdout in one format, and files in as many as were asked for."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from vodplan.commands.checkout import folder_in_checkout
from vodplan.commands.console import Console
from vodplan.commands.options import CommonOptions
from vodplan.core.errors import UsageError, VodplanError
from vodplan.render.canvas import Canvas
from vodplan.render.comment import Comment
from vodplan.render.escape import github_log, json_text, lines
from vodplan.render.formats import DOCUMENTS, SHEETS
from vodplan.render.results import Exported, Failure, Result, Script
from vodplan.render.view import View
from vodplan.render.views import view_for

if TYPE_CHECKING:
    from vodplan.core.diagnostics import Diagnostic

FILE_CANVAS = Canvas(width=100)
"""Text in a file: as in a CI log, never colored."""


_MANIFESTS = frozenset({".yaml", ".yml"})

_READ_IN_LOGS = frozenset({"text", "json", "markdown", "gitlab", "sarif"})
"""What can stand in the log of a job, and means the same with the escapes that it needs there."""


class OutputError(VodplanError):
    """A result cannot be written where it was wanted."""


class Output:
    """The outputs of one run. Results are shown to all of them; files are written when it ends, whole or not at all."""

    def __init__(
        self,
        console: Console,
        options: CommonOptions,
        *,
        findings: bool = True,
        tables: bool = True,
        sheets: bool = False,
    ) -> None:
        """findings, tables: whether the command has findings, or tables, which some formats are for.

        sheets: whether --format may name a sheet that the command writes itself; its result is then told as text.

        raises: UsageError for a file that cannot be written, or a format the command has not, before any work is done.
        """
        self._console = console
        self._color = options.color
        sheet = sheets and options.format in SHEETS
        self.format = "text" if sheet else options.format
        comment = Comment(
            limit=options.comment_limit,
            artifact=options.artifact_url or "",
            target=options.target or "",
            folder=folder_in_checkout(console.cwd, options.config, console.environ),
        )
        names = [self.format, *(name for name, _ in options.output)]
        if "sarif" in names and not findings:
            raise UsageError(
                "The format sarif is for findings, which only validate has.", next="vodplan validate --help"
            )
        if "csv" in names and not tables:
            raise UsageError(
                "The format csv is for tables: select and unmanaged have them, and export takes it as --format csv.",
                next="vodplan export --help",
            )
        self._stdout = _Stream(console, view_for(self.format, self.canvas, comment), self.format)
        self._files = [_File(name, console.cwd / path, comment) for name, path in options.output]
        require_distinct([file.path for file in self._files])

    def require_apart(self, path: Path) -> None:
        """Refuse a file of the command itself, such as a plan file, that an output would take the place of."""
        require_distinct([*(file.path for file in self._files), path])

    @property
    def canvas(self) -> Canvas:
        """What stdout can show."""
        return self._console.canvas(self._console.stdout, color=self._color)

    def show(self, result: Result) -> None:
        """Give a result to every output."""
        self._stdout.show(result)
        for file in self._files:
            file.show(result)

    def fail(self, error: VodplanError) -> None:
        """Give the error that ends the run to every output; people read it on stderr."""
        events = self._console.events
        told = self._stdout.document and not self._stdout.wrote and self.format != "csv"
        if told or self.format == "github":
            self._stdout.show(Failure(error=error))
            if events is not None:
                events.fail(error)
        else:
            self.complain(error)
        for file in self._files:
            file.fail(error)

    def complain(self, error: VodplanError) -> None:
        """Tell people on stderr what is wrong, beside the result that stands on stdout."""
        if self._console.events is not None:
            self._console.events.fail(error)
        else:
            self.aside(Failure(error=error))

    def aside(self, result: Result) -> None:
        """Show a result to people on stderr, whatever the format."""
        color = False if self._console.events is not None else self._color
        view = view_for("text", self._console.canvas(self._console.stderr, color=color))
        self._console.say("".join(view.show(result)))

    def warn(self, found: Iterable[Diagnostic]) -> None:
        """Show warnings on stderr."""
        events = self._console.events
        if events is not None:
            for one in found:
                events.diagnostic(one)
            return
        from vodplan.render.text.findings import finding_text

        canvas = self._console.canvas(self._console.stderr, color=self._color)
        for one in found:
            self._console.say("".join(finding_text(one, canvas)))

    def write_bytes(self, piece: bytes) -> None:
        """Write a part of a document that a command makes itself to stdout."""
        self._stdout.write_bytes(piece)

    def close(self) -> None:
        """Write the files; raises OutputError."""
        self._stdout.flush()
        for file in self._files:
            file.write()


def require_distinct(paths: Sequence[Path]) -> None:
    """Refuse two outputs in one file."""
    for place, path in enumerate(paths):
        if path in paths[:place]:
            raise UsageError(f"Two outputs go to {path}; give each its own file.", next="vodplan plan --help")


def require_writable(path: Path) -> None:
    """Refuse a file that cannot be made, before work is done that would then be lost.

    raises: UsageError.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file to write.", next="vodplan plan --help")
    if path.suffix in _MANIFESTS and path.is_file():
        raise UsageError(
            f"{path} is there already and may be a manifest; a result never takes the place of one. Name another file.",
            next="vodplan plan --help",
        )
    if not path.parent.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {path.parent}.", next=f"mkdir -p {path.parent}")
    if not os.access(path if path.exists() and not path.is_file() else path.parent, os.W_OK):
        raise UsageError(f"{path} cannot be written: permission denied.", next=f"ls -ld {path.parent}")


class _Stream:
    """stdout. A reader that goes away, `| head`, ends the showing and nothing else."""

    def __init__(self, console: Console, view: View, name: str) -> None:
        self._stream = console.stdout
        self._terminal = console.live(console.stdout)
        self._view = view
        self._broken = False
        self._json = name == "json"
        self._table = name == "csv"
        self._log = name in _READ_IN_LOGS and console.heeded and not _is_file(console.stdout)
        self.document = name in DOCUMENTS
        self.wrote = False

    def show(self, result: Result) -> None:
        for piece in self._view.show(result):
            if self._broken:
                return
            self.wrote = True
            if self._log and not isinstance(result, Script):
                piece = github_log(piece)
            self._write(piece, json=self._json or isinstance(result, Exported), table=self._table)
        self.flush()

    def write_bytes(self, piece: bytes) -> None:
        self._write(piece.decode("utf-8"), json=False, table=True)

    def flush(self) -> None:
        self._guarded(self._stream.flush)

    def _write(self, text: str, *, json: bool, table: bool = False) -> None:
        raw = getattr(self._stream, "buffer", None)
        if json and self._terminal:
            text = json_text(text)
        if table and self._terminal:
            text = "\n".join(lines(text.removeprefix("\ufeff").replace("\r\n", "\n")))
        if (json or table or self.document) and raw is not None:
            # A document is UTF-8 whatever the terminal's encoding is.
            self._guarded(lambda: raw.write(text.encode("utf-8")))
        else:
            self._guarded(lambda: self._stream.write(text))

    def _guarded(self, act: Callable[[], object]) -> None:
        if self._broken:
            return
        try:
            act()
        except BrokenPipeError:
            self._broken = True
            silence(self._stream)
        except OSError as error:
            self._broken = True
            silence(self._stream)
            raise OutputError(
                f"The result cannot be written to stdout: {error.strerror or error}.", next="df -h ."
            ) from error


def _is_file(stream: TextIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False


def silence(stream: TextIO) -> None:
    """Point the stream at nothing, so that the interpreter's own flush at exit does not fail again."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
    except (OSError, ValueError):
        return


class _File:
    """An output file, kept in memory until the run ends."""

    def __init__(self, name: str, path: Path, comment: Comment) -> None:
        require_writable(path)
        self.path = path
        self._document = name in DOCUMENTS
        self._table = name == "csv"
        self._view = view_for(name, FILE_CANVAS, comment)
        self._text: list[str] = []

    def show(self, result: Result) -> None:
        pieces = list(self._view.show(result))
        if pieces:
            self._text = pieces if self._document else self._text + pieces

    def fail(self, error: VodplanError) -> None:
        self.show(Failure(error=error))

    def write(self) -> None:
        if not self._text and self._table:
            return
        content = "".join(self._text).encode("utf-8")
        if self.path.exists() and not self.path.is_file():
            # A pipe or a device: there is no name to take over.
            try:
                self.path.write_bytes(content)
            except OSError as error:
                raise OutputError(f"{self.path} cannot be written: {error.strerror or error}.") from error
            return
        from vodplan.planfile.files import write_whole

        write_whole(self.path, content)
