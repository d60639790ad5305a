"""The command line as argparse reads it. Nothing here may import anything heavy: `--help` goes through it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from vodplan._version import __version__
from vodplan.cli import values
from vodplan.cli.table import COMMANDS, COMMANDS_TO_COME
from vodplan.core.errors import UsageError

PROGRAM = "vodplan"

FILES = {"bash": "_shtab_compgen_files", "zsh": "_files", "tcsh": "f"}
"""How completion scripts are told to offer files; what `shtab.FILE` says, without loading it."""

_ABOUT = "Plan and apply for media libraries: YAML manifests in git, a live VOD library."

EPILOG = """\
exit codes:
  0 done, or nothing to do        6 apply incomplete
  1 API or other run-time error   7 locked by another run
  2 changes pending (only with    8 no or refused credentials
    --detailed-exitcode)          64 usage
  3 manifests or config invalid   70 a bug in vodplan
  4 refused by a guard            130 interrupted
  5 plan is stale

'vodplan COMMAND --help' tells the flags of a command; docs/commands.md has
an example of each.
"""


class Parser(argparse.ArgumentParser):
    """An argparse parser that raises instead of leaving, and that knows its flags, to suggest one."""

    def __init__(self, prog: str | None = None, description: str | None = None, epilog: str | None = None) -> None:
        self.flags: list[str] = []
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            allow_abbrev=False,
            formatter_class=_formatter,
        )

    def add_argument(self, *args: Any, **kwargs: Any) -> argparse.Action:
        """See `argparse.ArgumentParser.add_argument`; the flags are remembered."""
        action = super().add_argument(*args, **kwargs)
        self.know(action)
        return action

    def know(self, *actions: argparse.Action) -> None:
        """Remember the flags of these actions."""
        for action in actions:
            self.flags.extend(action.option_strings)

    def error(self, message: str) -> NoReturn:
        """Raise UsageError with argparse's message as a sentence."""
        said = message.removeprefix("argument ")
        end = "" if said.endswith((".", "?")) else "."
        raise UsageError(f"{said[:1].upper()}{said[1:]}{end}", next=f"{self.prog} --help")


def parse(argv: Sequence[str]) -> tuple[str, argparse.Namespace]:
    """Read the command line.

    returns: the command's name and its arguments.
    raises:  UsageError; SystemExit(0) after `--help` or `--version` has been printed.
    """
    name = argv[0] if argv else None
    if name in COMMANDS_TO_COME:
        about, instead = COMMANDS_TO_COME[name]
        raise UsageError(f"{PROGRAM} {name} ({about}) is not in this version ({__version__}).", next=instead)
    if name not in COMMANDS:
        _without_command(argv)
    parser = command_parser(str(name))
    arguments, unknown = parser.parse_known_intermixed_args(list(argv[1:]))
    if unknown:
        raise UsageError(_unknown(unknown, parser.flags), next=f"{parser.prog} --help")
    return str(name), arguments


def build_parser() -> argparse.ArgumentParser:
    """The whole command line with every command's flags, for completion scripts and for tests of the pages."""
    parser = _main()
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")
    for name, about in COMMANDS.items():
        _FILLS[name](commands.add_parser(name, help=about, description=_sentence(about)))
    for name, (about, _) in COMMANDS_TO_COME.items():
        commands.add_parser(name, help=f"{about} (not in this version)", description=_sentence(about))
    return parser


def command_parser(name: str) -> Parser:
    """The parser of one command."""
    parser = Parser(prog=f"{PROGRAM} {name}", description=_sentence(COMMANDS[name]))
    _FILLS[name](parser)
    return parser


def _without_command(argv: Sequence[str]) -> NoReturn:
    if not argv:
        names = ", ".join(COMMANDS)
        raise UsageError(f"A command is missing. There are {names}.", next=f"{PROGRAM} --help")
    if not argv[0].startswith("-"):
        raise UsageError(
            f'There is no command "{argv[0]}".{_suggest(argv[0], [*COMMANDS, *COMMANDS_TO_COME])}',
            next=f"{PROGRAM} --help",
        )
    _main().parse_known_args(list(argv[:1]))
    raise UsageError(
        f"{argv[0]} stands before the command; flags stand behind it: {PROGRAM} plan {argv[0]} ...",
        next=f"{PROGRAM} --help",
    )


def _main() -> Parser:
    """The command line without its commands, which its help lists: building them all takes longer than all the rest."""
    known = {**COMMANDS, **{name: f"{about} (not yet)" for name, (about, _) in COMMANDS_TO_COME.items()}}
    room = max(len(name) for name in known)
    listed = "\n".join(f"  {name:<{room}}  {about}" for name, about in known.items())
    parser = Parser(
        prog=PROGRAM,
        description=f"{_ABOUT}\n\ncommands:\n{listed}",
        epilog=EPILOG,
    )
    parser.usage = f"{PROGRAM} COMMAND [FLAG ...]\n       {PROGRAM} --help | --version"
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    return parser


def _unknown(words: Sequence[str], flags: Sequence[str]) -> str:
    first = words[0].partition("=")[0]
    if first.startswith("-"):
        return f'There is no flag "{first}".{_suggest(first, flags)}'
    return f'"{first}" is one argument too many.'


def _formatter(prog: str) -> argparse.HelpFormatter:
    """argparse's own, told its width; left to itself it loads the compression libraries to find that out."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and int(columns):
        width = int(columns)
    else:
        try:
            width = os.get_terminal_size(1).columns or 80
        except OSError:
            width = 80
    return argparse.RawDescriptionHelpFormatter(prog, width=max(width - 2, 40))


def _suggest(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f' Did you mean "{close[0]}"?' if close else ""


def _sentence(about: str) -> str:
    return f"{about[:1].upper()}{about[1:]}."


def _file(action: argparse.Action) -> argparse.Action:
    """Have completion scripts offer files for an argument."""
    action.complete = FILES  # type: ignore[attr-defined]  # where shtab looks for it
    return action


def _common(parser: Parser, *, formats: Callable[[str], str] = values.format_name) -> None:
    group = parser.add_argument_group("flags of every command")
    parser.know(
        group.add_argument("--target", metavar="NAME", help="target of the project file to work on"),
        _file(group.add_argument("--config", metavar="FILE", help="project file (searched upward: vodplan.yaml)")),
        group.add_argument(
            "--format",
            type=formats,
            default="text",
            metavar="FORMAT",
            help="format on stdout (docs/output.md)",
        ),
        group.add_argument(
            "--output",
            type=values.output_file,
            action="append",
            default=[],
            metavar="FORMAT=PATH",
            help="also write the result to a file; repeatable",
        ),
        group.add_argument(
            "--comment-limit",
            type=values.comment_limit,
            default=65_536,
            metavar="HOST",
            help="size of Markdown: github, gitlab, bitbucket or characters",
        ),
        group.add_argument(
            "--artifact-url", type=values.artifact_url, metavar="URL", help="whole plan, linked in Markdown"
        ),
        group.add_argument("--color", dest="color", action="store_true", default=None, help="color even in a pipe"),
        group.add_argument("--no-color", dest="color", action="store_false", default=None, help="no color"),
        group.add_argument("-v", "--verbose", action="count", default=0, help="log every call; trace a bug to a file"),
        group.add_argument(
            "--log-format", type=values.log_format, default="text", metavar="FORMAT", help="text or json, on stderr"
        ),
    )


def _paths(parser: Parser) -> None:
    _file(
        parser.add_argument(
            "paths", nargs="*", metavar="PATH", help="manifest file or folder (default: as in the project)"
        )
    )


def _filters(parser: Parser) -> None:
    parser.add_argument(
        "--only", action="append", default=[], metavar="ADDRESS", help="only these addresses; globs, repeatable"
    )
    parser.add_argument(
        "--exclude", action="append", default=[], metavar="ADDRESS", help="none of these; globs, repeatable"
    )


def _since(parser: Parser) -> None:
    parser.add_argument(
        "--changed-since", metavar="GITREF", help="only entries that changed since a git revision, such as origin/main"
    )


def _embed(parser: Parser) -> None:
    parser.add_argument(
        "--embed-pictures", action="store_true", help="put small copies of covers and images into the html page"
    )


def _read_by(parser: Parser) -> None:
    parser.add_argument(
        "--read-by",
        type=values.read_by,
        default="auto",
        metavar="ROAD",
        help="read assets one by one (ids), after the search index (search), or the cheaper way (auto)",
    )


def _snapshot(parser: Parser) -> None:
    _file(
        parser.add_argument(
            "--snapshot", metavar="FILE", help="keep what is read in a file, and take from it what it holds"
        )
    )


def _init(parser: Parser) -> None:
    parser.add_argument("folder", nargs="?", default=".", metavar="FOLDER", help="where to start (default: here)")
    _common(parser)


def _validate(parser: Parser) -> None:
    _paths(parser)
    _common(parser)


def _fmt(parser: Parser) -> None:
    _paths(parser)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 3 when a file is not in this layout")
    parser.add_argument("--diff", action="store_true", help="show what changes in each file")
    _common(parser)


def _plan(parser: Parser) -> None:
    _paths(parser)
    _filters(parser)
    _file(parser.add_argument("--out", metavar="FILE", help="save the plan, for show and apply"))
    parser.add_argument("--detailed-exitcode", action="store_true", help="exit 2 when changes are pending")
    _embed(parser)
    _read_by(parser)
    _since(parser)
    parser.add_argument(
        "--base", metavar="GITREF", help="tell what comes from this branch, was pending before it, or was edited since"
    )
    parser.add_argument(
        "--fail-on-foreign", action="store_true", help="with --base: hold a plan of more than this branch asks for"
    )
    _snapshot(parser)
    _common(parser)


def _show(parser: Parser) -> None:
    _file(parser.add_argument("planfile", metavar="PLANFILE", help="a plan saved by plan --out"))
    _embed(parser)
    _common(parser)


def _apply(parser: Parser) -> None:
    _file(
        parser.add_argument(
            "paths", nargs="*", metavar="PLANFILE|PATH", help="a saved plan, or manifests to plan first"
        )
    )
    _filters(parser)
    _since(parser)
    parser.add_argument("--auto-approve", action="store_true", help="do not ask")
    parser.add_argument(
        "--allow-deletes", type=values.count, metavar="N", help="allow exactly so many removals (default: none)"
    )
    parser.add_argument(
        "--max-failures", type=values.number, metavar="N", help="stop when more than so many changes failed"
    )
    parser.add_argument(
        "--canary",
        type=values.positive,
        metavar="N",
        help="apply so many changes first, the rest only if they hold",
    )
    parser.add_argument(
        "--max-plan-age", type=values.duration, metavar="DURATION", help="refuse an older plan; 30m, 24h, 7d"
    )
    parser.add_argument("--resume", metavar="RUN", help="go on with a run that did not get to its end")
    _common(parser)


def _drift(parser: Parser) -> None:
    _paths(parser)
    _filters(parser)
    parser.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="write what is live at these addresses into the manifests; globs, repeatable",
    )
    parser.add_argument("--detailed-exitcode", action="store_true", help="exit 2 when something of tier fail differs")
    _read_by(parser)
    _snapshot(parser)
    _common(parser)


def _history(parser: Parser) -> None:
    parser.add_argument("run", nargs="?", metavar="RUN", help="a run's id, or its beginning; all runs when left out")
    parser.add_argument("--asset", metavar="ADDRESS", help="only runs with a change of it: what happened to this video")
    parser.add_argument(
        "--limit", type=values.positive, metavar="N", help="list at most so many runs, newest first (default: 20)"
    )
    parser.add_argument("--export", action="store_true", help="print the run with its journal, as JSON lines")
    _common(parser)


def _walk_by(parser: Parser) -> None:
    parser.add_argument(
        "--walk-by",
        type=values.walk_by,
        default="search",
        metavar="ROAD",
        help="list videos by SearchMedia (search) or GetVideoList (list)",
    )


def _export(parser: Parser) -> None:
    _file(
        parser.add_argument(
            "--out", metavar="PATH", help="folder for the manifests (default: as in the project), or file of the sheet"
        )
    )
    parser.add_argument(
        "--kind",
        type=values.kind,
        action="append",
        default=[],
        metavar="KIND",
        help="only this kind of asset: video, image or attached; repeatable",
    )
    parser.add_argument("--select", metavar="SELECTOR", help="only what a selector finds, as vodplan select takes it")
    parser.add_argument(
        "--fields",
        type=values.fields,
        default=[],
        metavar="FIELD,...",
        help="only these fields of each asset (default: all that are not empty)",
    )
    parser.add_argument(
        "--split",
        type=values.split,
        default="category",
        metavar="BY",
        help="one file for each category, month, asset, or none",
    )
    parser.add_argument(
        "--max-entries", type=values.positive, default=1_000, metavar="N", help="entries a file (default: 1000)"
    )
    parser.add_argument(
        "--name-by",
        type=values.name_by,
        default="reference",
        metavar="NAME",
        help="name videos by reference, where they have one, or always by id",
    )
    parser.add_argument("--with-empty", action="store_true", help="also write fields that are empty")
    parser.add_argument("--unmanaged", action="store_true", help="only what is in no manifest outside of the folder")
    parser.add_argument(
        "--pictures", action="store_true", help="put small copies of covers and images into the rows of a workbook"
    )
    parser.add_argument("--fresh", action="store_true", help="begin anew where an export was cut off")
    _walk_by(parser)
    _common(parser, formats=values.export_format)


def _import(parser: Parser) -> None:
    _file(parser.add_argument("sheet", metavar="SHEET", help="spreadsheet of an export, .xlsx or CSV"))
    _paths(parser)
    _file(
        parser.add_argument(
            "--into", metavar="FILE", help="manifest for assets that have no entry (default: manifests/imported.yaml)"
        )
    )
    parser.add_argument("--dry-run", action="store_true", help="write nothing; show what would change in each file")
    parser.add_argument("--no-plan", action="store_true", help="change the manifests and do not plan")
    _common(parser)


def _unmanaged(parser: Parser) -> None:
    _paths(parser)
    parser.add_argument("--list", action="store_true", help="also a line for each asset")
    parser.add_argument("--detailed-exitcode", action="store_true", help="exit 2 when anything is unmanaged")
    _walk_by(parser)
    _common(parser)


def _report(parser: Parser) -> None:
    parser.add_argument(
        "--only", action="append", default=[], metavar="CHECK", help="only this check, such as stray-tags; repeatable"
    )
    parser.add_argument(
        "--untouched", type=values.positive, default=365, metavar="DAYS", help="not modified for so long (default: 365)"
    )
    parser.add_argument(
        "--huge",
        type=values.positive,
        default=10_000,
        metavar="N",
        help="a category with more than so many assets (default: 10000)",
    )
    parser.add_argument(
        "--list", type=values.positive, default=10, metavar="N", help="lines of each list in text (default: 10)"
    )
    _file(parser.add_argument("--rules", metavar="FILE", help="write a manifest of what puts the findings right"))
    parser.add_argument("--fresh", action="store_true", help="begin anew where a report was cut off")
    _walk_by(parser)
    _common(parser)


def _undo(parser: Parser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run's id, or its beginning, from vodplan history")
    _file(parser.add_argument("--out", metavar="FILE", help="save the plan, for show and apply"))
    _common(parser)


def _unlock(parser: Parser) -> None:
    parser.add_argument("--force", action="store_true", help="remove it though its holder may be at work")
    parser.add_argument("--auto-approve", action="store_true", help="do not ask when forced")
    _common(parser)


def _schema(parser: Parser) -> None:
    parser.add_argument(
        "name",
        nargs="?",
        metavar="NAME",
        help="manifest, project, plan, drift, report or event; lists them when left out",
    )
    _common(parser)


def _select(parser: Parser) -> None:
    parser.add_argument(
        "selector", metavar="SELECTOR", help="such as 'kind: video, category: Trailers, tags: {any: [teaser]}'"
    )
    _common(parser)


def _doctor(parser: Parser) -> None:
    parser.add_argument(
        "--for",
        dest="need",
        type=values.need,
        metavar="WHAT",
        help="fail unless the key is good for plan, apply or delete (default: plan; the others are told)",
    )
    _common(parser)


def _emulator(parser: Parser) -> None:
    from vodplan.emulator import add_arguments

    add_arguments(parser)
    _common(parser)


def _completion(parser: Parser) -> None:
    parser.add_argument("shell", type=values.shell, metavar="SHELL", help="bash, zsh or tcsh")
    _common(parser)


_FILLS: dict[str, Callable[[Parser], None]] = {
    "init": _init,
    "validate": _validate,
    "fmt": _fmt,
    "plan": _plan,
    "show": _show,
    "apply": _apply,
    "drift": _drift,
    "history": _history,
    "export": _export,
    "import": _import,
    "unmanaged": _unmanaged,
    "report": _report,
    "undo": _undo,
    "unlock": _unlock,
    "schema": _schema,
    "doctor": _doctor,
    "select": _select,
    "emulator": _emulator,
    "demo": _common,
    "completion": _completion,
}
