"""`vodplan demo`: the whole tour on the embedded emulator, with the commands that a user would type."""

from __future__ import annotations

import asyncio
import io
import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import vodplan
from vodplan import api
from vodplan.commands.console import Console
from vodplan.commands.context import Context
from vodplan.commands.options import DemoOptions
from vodplan.core.change import Action, Change
from vodplan.core.errors import ConfigError, VodplanError
from vodplan.core.live import LiveAsset
from vodplan.core.plan import Plan
from vodplan.render.escape import terminal
from vodplan.render.results import Toured

FOLDER = Path(".vodplan/demo")

_PROJECT = """\
# Written by `vodplan demo`; made anew by the next one.
apiVersion: vodplan/v1
manifests: [manifests/]
default_target: demo
targets:
  demo: {emulator: emulator.db}
policy:
  max_deletes: 20
  protect: [{tags: {any: [keep]}}, {category: Legal}]
"""

_RETIRE = """\
apiVersion: vodplan/v1
videos:
  - id: 12f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5
    state: absent
    reason: Replaced by the main trailer
"""

_OURS = ("VODPLAN_", "ALIBABA_CLOUD_")


class TourError(VodplanError):
    """A step of the tour did not end as promised."""


def run(options: DemoOptions, context: Context) -> int:
    """Walk through validate, plan, show, apply and an empty plan, each by its command line. See docs/commands.md."""
    tour = _Tour(context, _prepare(context.console.cwd), options)
    tour.say("This is not the service: an emulator of it runs on this machine, with a library of about a thousand")
    tour.say("videos and images, and is called over signed HTTP. Nothing here reaches an account.")
    tour.say(f"Everything is in {FOLDER}; type the commands there yourself, before or after:")
    tour.say(f"\n  cd {FOLDER}")
    try:
        tour.step("The manifests are checked: no network, no credentials", "validate")
        tour.step("They are compared with the library; the plan is printed and saved", "plan", "--out", "plan.json")
        plan = api.read_plan(tour.folder / "plan.json")
        if plan.empty:
            raise TourError("The first plan is empty, and the tour's manifests ask for changes.", next="vodplan demo")
        tour.step("The saved plan is shown again, as a reviewer would", "show", "plan.json")
        number = str(plan.summary.delete)
        words = ["apply", "plan.json", "--auto-approve", *(["--allow-deletes", number] if number != "0" else [])]
        tour.step("Exactly that plan is carried out, and read back", *words)
        tour.step("Planned again, there is nothing left to do", "plan", "--detailed-exitcode")
        tour.check("What was applied is read back by id", _read_back(plan, tour.folder, tour.environ))
    finally:
        context.output.show(Toured(steps=tuple(tour.steps)))
    return 0


class _Tour:
    """Runs one command line after the other and remembers how each ended."""

    def __init__(self, context: Context, folder: Path, options: DemoOptions) -> None:
        console = context.console
        self.folder = folder
        self.steps: list[tuple[str, str, bool]] = []
        self.environ = {name: value for name, value in console.environ.items() if not name.startswith(_OURS)}
        self._context = context
        self._flags = {True: ["--color"], False: ["--no-color"], None: []}[options.color]
        # With JSON on stdout the commands of the tour tell their story beside it; among events, as one for each.
        self._story = io.StringIO() if options.format == "json" and console.events is not None else None
        beside = console.stderr if self._story is None else self._story
        self._console: Console = replace(
            console,
            cwd=folder,
            environ=self.environ,
            stdout=beside if options.format == "json" else console.stdout,
        )

    def say(self, line: str) -> None:
        self._context.console.say(f"{line}\n")

    def step(self, promise: str, *words: str) -> None:
        command = shlex.join(["vodplan", *words])
        self._announce(promise, command)
        code = self._context.invoke([*words, *self._flags], self._console)
        if self._story is not None:
            self.say(self._story.getvalue())
            self._story.seek(0)
            self._story.truncate()
        self.steps.append((command, promise, code == 0))
        if code != 0:
            raise TourError(f"{command} ended with exit code {code}; the tour promised 0.", next=f"cd {FOLDER}")

    def check(self, promise: str, findings: Sequence[tuple[str, bool]]) -> None:
        self._announce(promise, "")
        for line, _ in findings:
            self.say(terminal(line))
        kept = bool(findings) and all(fits for _, fits in findings)
        self.steps.append(("", promise, kept))
        if not kept:
            raise TourError("The library does not read back as the plan says.", next=f"cd {FOLDER} && vodplan plan")

    def _announce(self, promise: str, command: str) -> None:
        self.say(f"\n=== {len(self.steps) + 1}. {promise}\n")
        if command:
            self.say(f"$ {command}\n")


def _prepare(cwd: Path) -> Path:
    """Make the tour's folder anew, with the example manifests in it."""
    folder = cwd / FOLDER
    try:
        if folder.is_symlink():
            raise ConfigError(f"{folder} is a symbolic link; the tour makes that folder anew.", next=f"rm {FOLDER}")
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        _write_manifests(folder / "manifests")
        (folder / "vodplan.yaml").write_text(_PROJECT, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"{error.filename or folder} cannot be written: {error.strerror or error}.", next=f"ls -ld {cwd}"
        ) from error
    return folder


def _examples() -> Path | None:
    """The example manifests of a checkout; None where vodplan is installed without them."""
    checkout = Path(vodplan.__file__).parents[1]
    folder = checkout / "manifests"
    return folder if folder.is_dir() and (checkout / "pyproject.toml").is_file() else None


def _write_manifests(folder: Path) -> None:
    """The tour's manifests: the examples, or what `init` starts a repository with and one deletion."""
    examples = _examples()
    if examples is not None:
        shutil.copytree(examples, folder)
        return
    folder.mkdir()
    starter = files("vodplan.commands") / "starter" / "example.yaml"
    (folder / "example.yaml").write_text(starter.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "retire.yaml").write_text(_RETIRE, encoding="utf-8")


def _read_back(plan: Plan, folder: Path, environ: Mapping[str, str]) -> list[tuple[str, bool]]:
    """Read an updated and a deleted video by id, through the same client, and compare them with the plan."""
    chosen: dict[Action, Change] = {}
    for change in plan.changes:
        if change.kind == "video" and change.id and change.action in (Action.UPDATE, Action.DELETE):
            chosen.setdefault(change.action, change)
    live = asyncio.run(_live([str(change.id) for change in chosen.values()], folder, environ))
    return [_compared(change, live.get(str(change.id))) for change in chosen.values()]


def _compared(change: Change, live: LiveAsset | None) -> tuple[str, bool]:
    if change.action is Action.DELETE:
        return f"{change.address} is {'gone' if live is None else 'still there'}", live is None
    from vodplan.registry import KINDS

    kind = KINDS[change.kind]
    after = change.after or {}
    if live is None:
        return f"{change.address} is not found", False
    name = next((field for field in ("title", "description") if field in after), None)
    if name is None:
        tags = live.values[kind.index("tags")]
        kept = "tags" not in after or set(_texts(tags)) == set(_texts(after["tags"]))
        return f"{change.address} has the tags {', '.join(_texts(tags))}", kept
    value = live.values[kind.index(name)]
    return f'{change.address} has the {name} "{value}"', str(value).rstrip("\n") == after[name]


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else []


async def _live(ids: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Mapping[str, LiveAsset]:
    from vodplan.wiring import choose, open_target

    project = api.find_project(cwd=folder, environ=environ)
    found: dict[str, LiveAsset] = {}
    choice = choose(project, None, environ)
    async with open_target(choice, project=project, environ=environ, home=folder) as opened:
        async for batch in opened.service.reader.read("video", ids):
            found.update(batch.found)
    return found
