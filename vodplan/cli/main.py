"""From argv to an exit code; the only place that turns errors into one, and `entry` the only one that leaves.

`--version` is answered before anything else is loaded: `typing` alone costs half of what bare Python does, so this
file, the package and `_version` do without it, and everything else is imported where it is used.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import NoReturn

    from vodplan.commands.console import Console
    from vodplan.commands.context import Context
    from vodplan.commands.interrupted import Interrupted
    from vodplan.commands.options import CommonOptions
    from vodplan.commands.output import Output
    from vodplan.core.errors import UsageError, VodplanError

    Command = Callable[[CommonOptions, Context], int]


def entry() -> NoReturn:
    """Run the process's command line and leave with its exit code."""
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:
        code = _stopped_early(sys.argv[1:])
    sys.exit(code)


def main(argv: Sequence[str], console: Console | None = None) -> int:
    """Run one command line.

    console: the streams, environment and folder; the process's own when left out.
    returns: the exit code of docs/contract.md section 4.
    """
    if list(argv) == ["--version"]:
        return _version()
    from vodplan.cli.arguments import parse
    from vodplan.core.errors import UsageError, VodplanError

    try:
        name, arguments = parse(argv)
    except UsageError as error:
        return _fail_early(error, argv, console)
    except SystemExit as left:
        return _printed(left)
    from vodplan.cli.options import common_of, options_of
    from vodplan.commands.console import Console
    from vodplan.commands.output import Output

    console = console or Console.of_process()
    common = common_of(arguments)
    outer = console
    if common.log_format == "json":
        console = console.with_events()
    try:
        output = Output(
            console,
            common,
            findings=name == "validate",
            tables=name in ("select", "unmanaged"),
            sheets=name == "export",
        )
    except UsageError as error:
        return _fail_early(error, argv, outer)

    def guarded(act: Callable[[], int]) -> int:
        try:
            return act()
        except VodplanError as error:
            return _tell(error, output, console)
        except KeyboardInterrupt:
            return _tell(_interrupted(name), output, console)
        except BaseException as error:
            if type(error).__name__ == "CancelledError":
                return _tell(_interrupted(name), output, console)
            if not isinstance(error, Exception):
                raise
            from vodplan.cli.bug import bug

            return _tell(bug(error, name, verbose=common.verbose > 0), output, console)

    code = guarded(lambda: _run(name, options_of(name, arguments), console, output))
    return _ended(guarded(lambda: _close(output)) or code, console, outer)


def _version() -> int:
    """The answer of argparse's own `--version`, without argparse."""
    from vodplan._version import __version__

    try:
        sys.stdout.write(f"vodplan {__version__}\n")
    except (AttributeError, OSError):
        # As argparse has it: there is nobody to tell.
        return 0
    return _printed(SystemExit(0))


def _run(name: str, options: CommonOptions, console: Console, output: Output) -> int:
    from importlib import import_module

    from vodplan.cli.logs import logging_to
    from vodplan.commands.context import Context

    # `import` is a word of Python's own, which no module can be called by.
    module = "importing" if name == "import" else name
    run: Command = import_module(f"vodplan.commands.{module}").run
    with logging_to(console, verbose=options.verbose, log_format=options.log_format):
        return run(options, Context(console=console, output=output, invoke=main))


def _close(output: Output) -> int:
    output.close()
    return 0


def _tell(error: VodplanError, output: Output, console: Console) -> int:
    from vodplan.core.errors import VodplanError

    try:
        output.fail(error)
    except VodplanError as second:
        if console.events is not None:
            console.events.fail(second)
            console.events.fail(error)
        else:
            console.say(f"Error: {second.message}\n")
    return error.exit_code


def _interrupted(name: str) -> Interrupted:
    from vodplan.commands.interrupted import Interrupted

    return Interrupted("Interrupted. Nothing was written to the library.", next=f"vodplan {name}")


def _fail_early(error: UsageError, argv: Sequence[str], console: Console | None) -> int:
    """Tell of an error before there are options; the format is looked for by hand."""
    from itertools import pairwise

    from vodplan.commands.console import Console
    from vodplan.commands.options import CommonOptions
    from vodplan.commands.output import Output
    from vodplan.render.formats import EVERYWHERE

    words = [part for word in argv for part in (word.split("=", 1) if word.startswith("--format=") else [word])]
    known = {*EVERYWHERE, "sarif"} if "validate" in words[:1] else EVERYWHERE
    asked = [name for flag, name in pairwise(words) if flag == "--format" and name in known]
    outer = console or Console.of_process()
    console = outer.with_events() if _asks_for_events(argv) else outer
    code = _tell(error, Output(console, CommonOptions(format=asked[-1] if asked else "text")), console)
    return _ended(code, console, outer)


def _ended(code: int, console: Console, outer: Console) -> int:
    """End the stream of events where it began: a command that another one runs, as the tour does, goes on in it."""
    if console.events is not None and outer.events is None:
        console.events.end(code)
    return code


def _asks_for_events(argv: Sequence[str]) -> bool:
    """Whether stderr is to be JSON, looked for by hand: the last of several counts."""
    from itertools import pairwise

    words = [part for word in argv for part in (word.split("=", 1) if word.startswith("--log-format=") else [word])]
    given = [value for name, value in pairwise(words) if name == "--log-format"]
    return given[-1:] == ["json"]


def _stopped_early(argv: Sequence[str]) -> int:
    """Somebody pressed Ctrl-C before the command began, or when it was over."""
    from vodplan.commands.console import Console

    error = _interrupted(argv[0] if argv else "")
    if _asks_for_events(argv):
        events = Console.of_process().with_events().events
        assert events is not None
        events.fail(error)
        events.end(error.exit_code)
    return error.exit_code


def _printed(left: SystemExit) -> int:
    """After `--help` or `--version`: what was printed goes out, unless its reader went away."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        from vodplan.commands.output import silence

        silence(sys.stdout)
    return left.code if isinstance(left.code, int) else 0
