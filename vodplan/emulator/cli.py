"""The command line of the emulator; imports nothing heavy until it runs."""

import argparse
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from .settings import EmulatorSettings

DEFAULT_PORT = 8900
DEFAULT_DB = Path(".vodplan/emulator.db")
_USAGE = 64
_HIGHEST_PORT = 65_535
_A_YEAR = 365 * 86_400


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `vodplan emulator`."""
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="port on 127.0.0.1; 0 takes a free one (8900)")
    parser.add_argument("--db", type=Path, default=DEFAULT_DB, help="database file, made if missing (%(default)s)")
    parser.add_argument("--host", default="127.0.0.1", help="loopback address to listen on (%(default)s)")
    parser.add_argument("--demo", action="store_true", help="load the demo library if the database is empty")
    parser.add_argument("--make", type=int, metavar="N", help="fill an empty database with N videos, and end")
    parser.add_argument("--region", default="cn-shanghai", help="region to play (%(default)s)")
    parser.add_argument("--quotas", action="store_true", help="enforce the documented calls per second")
    parser.add_argument(
        "--faults", metavar="FILE", help="fault plan: a JSON file or the JSON itself, see docs/emulator.md"
    )
    parser.add_argument("--latency", metavar="MS[-MS]", default="0", help="delay of every answer in milliseconds")
    parser.add_argument("--index-lag", type=int, metavar="MS", default=0, help="how far SearchMedia is behind writes")
    parser.add_argument(
        "--clock-skew", type=float, metavar="S", default=0.0, help="seconds the service's clock is ahead"
    )
    parser.add_argument(
        "--max-uri", type=int, metavar="BYTES", default=65_536, help="longest request target before 414"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of everything random (%(default)s)")


def run(args: argparse.Namespace) -> int:
    """Serve until stopped; the exit code of the command."""
    from .database import NotAnEmulatorDatabase
    from .faults import FaultPlanError

    try:
        settings = _settings(args)
    except (FaultPlanError, ValueError, OSError) as error:
        return _complain(str(error), "vodplan emulator --help", _USAGE)
    if args.make is not None:
        return _make(args.db, args.make)
    try:
        from .server import NotLoopback, serve
    except ImportError as error:
        return _complain(f"the emulator needs a package that is not installed: {error.name}",
                         "pip install 'vodplan[emulator]'", 1)  # fmt: skip
    try:
        return serve(args.db, host=args.host, port=args.port, demo=args.demo, settings=settings)
    except NotLoopback as error:
        return _complain(str(error), "vodplan emulator --host 127.0.0.1", _USAGE)
    except OSError as error:
        return _complain(f"cannot listen on {args.host}:{args.port}: {error}", "vodplan emulator --port 0", 1)
    except NotAnEmulatorDatabase as error:
        return _complain(str(error), "vodplan emulator --db .vodplan/another.db", 1)


def _make(db: Path, count: int) -> int:
    from .database import NotAnEmulatorDatabase
    from .make import make

    if count < 1:
        return _complain("--make needs a number of videos above zero", "vodplan emulator --make 1000", _USAGE)
    begin = time.monotonic()
    try:
        make(db, count)
    except (NotAnEmulatorDatabase, ValueError, OSError) as error:
        return _complain(str(error), "vodplan emulator --make 1000 --db .vodplan/another.db", 1)
    seconds = time.monotonic() - begin
    print(
        f"made {count:,} videos in {db} in {seconds:.1f} s; serve them with:\n\n    vodplan emulator --db {db}",
        file=sys.stderr,
    )
    return 0


def _settings(args: argparse.Namespace) -> "EmulatorSettings":
    from .control import fault_document
    from .faults import FaultPlan, FaultPlanError
    from .settings import EmulatorSettings

    rules: list[object] = []
    seed: int = args.seed
    if args.faults is not None:
        inline = args.faults.lstrip().startswith(("[", "{"))
        place = "--faults" if inline else args.faults
        try:
            content = json.loads(args.faults if inline else Path(args.faults).read_text(encoding="utf-8"))
        except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
            raise FaultPlanError(f"{place} is not JSON: {error}") from error
        try:
            rules, found = fault_document(content)
            FaultPlan(rules)
        except FaultPlanError as error:
            raise FaultPlanError(f"{place}: {error}") from error
        seed = args.seed if found is None else found
    for flag, value, least, most in (
        ("--port", args.port, 0, _HIGHEST_PORT),
        ("--index-lag", args.index_lag, 0, _A_YEAR * 1000),
        ("--clock-skew", args.clock_skew, -_A_YEAR, _A_YEAR),
        ("--max-uri", args.max_uri, 1, 2**31 - 1),
    ):
        if not least <= value <= most:
            raise ValueError(f"{flag} {value} is not a number from {least} to {most}")
    low, _, high = str(args.latency).partition("-")
    try:
        latency = (float(low), float(high or low))
    except ValueError:
        latency = (-1.0, -1.0)
    if not 0 <= latency[0] <= latency[1] < 1e9:
        raise ValueError(f"--latency {args.latency} is neither MS nor MS-MS")
    return EmulatorSettings(
        region=args.region,
        quotas=args.quotas,
        faults=tuple(cast("list[Mapping[str, object]]", rules)),
        latency_ms=latency,
        index_lag_ms=args.index_lag,
        clock_skew=args.clock_skew,
        max_uri_bytes=args.max_uri,
        seed=seed,
    )


def _complain(what: str, remedy: str, code: int) -> int:
    printable = "".join(char if char.isprintable() else "?" for char in what)
    print(f"error: {printable}\n\n    {remedy}", file=sys.stderr)
    return code
