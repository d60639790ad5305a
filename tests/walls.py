"""Reads source code without running it, and names each line that breaks a wall of ARCHITECTURE.md."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

EDGES = frozenset({"manifests", "vod", "engine", "store", "planfile", "render"})
"""The rooms between the registry and the kinds; they do not see each other."""

_BELOW_EDGES = frozenset({"kinds", "core", "_version"})
_BELOW_REGISTRY = EDGES | _BELOW_EDGES
_BELOW_WIRING = _BELOW_REGISTRY | {"registry"}
_BELOW_API = _BELOW_WIRING | {"wiring"}
# Only what starts an emulator may know of it; wiring does, for targets with `emulator:`.
_BELOW_COMMANDS = _BELOW_API | {"api", "emulator", "vodplan"}

MAY_IMPORT: Mapping[str, frozenset[str]] = {
    "_version": frozenset(),
    "core": frozenset(),
    "kinds": frozenset({"core"}),
    **{edge: _BELOW_EDGES for edge in EDGES},
    "registry": _BELOW_REGISTRY,
    "wiring": _BELOW_WIRING | {"emulator"},
    "applying": _BELOW_API,
    "api": _BELOW_API | {"applying"},
    "commands": _BELOW_COMMANDS,
    "cli": _BELOW_COMMANDS | {"commands"},
    "emulator": frozenset(),
    # The package itself, whose public names load lazily, and `python -m vodplan`.
    "vodplan": frozenset({"_version", "api", "core"}),
    "__main__": frozenset({"cli"}),
}
"""Room → the rooms it may import beside itself: cli → commands → api → applying → wiring → registry → edges → kinds → core."""

PURE_ROOMS = frozenset({"core", "kinds"})

PURE_MODULES = frozenset(
    {
        "__future__", "abc", "base64", "bisect", "collections", "contextlib", "copy", "dataclasses", "datetime", "decimal",
        "difflib", "enum", "fnmatch", "fractions", "functools", "hashlib", "heapq", "html", "ipaddress", "itertools", "json",
        "math", "numbers", "operator", "re", "string", "textwrap", "types", "typing", "unicodedata", "urllib.parse",
    }
)  # fmt: skip
"""The parts of the standard library that neither look nor reach outside the process."""

HOMES: Mapping[str, Sequence[str]] = {
    "aiohttp": ["vodplan/vod/"],
    "PIL": ["vodplan/vod/"],
    "alibabacloud_credentials": ["vodplan/vod/"],
    "httptools": ["vodplan/emulator/"],
    "httpx": ["vodplan/vod/"],
    "jinja2": ["vodplan/render/"],
    "markupsafe": ["vodplan/render/"],
    "openpyxl": ["vodplan/manifests/sheets/"],
    "orjson": ["vodplan/emulator/", "vodplan/manifests/", "vodplan/planfile/", "vodplan/render/", "vodplan/vod/"],
    "pytest": ["vodplan/emulator/pytest_plugin.py"],
    "psycopg": ["vodplan/store/"],
    "pydantic": ["vodplan/kinds/", "vodplan/manifests/", "vodplan/planfile/", "vodplan/vod/"],
    "pydantic_core": ["vodplan/kinds/", "vodplan/manifests/", "vodplan/planfile/", "vodplan/vod/"],
    "ruamel": ["vodplan/manifests/edit/"],
    "shtab": ["vodplan/cli/", "vodplan/commands/"],
    "sqlalchemy": ["vodplan/store/"],
    "sqlite3": ["vodplan/emulator/", "vodplan/store/"],
    "tqdm": ["vodplan/render/"],
    "uvicorn": ["vodplan/emulator/"],
    "wcwidth": ["vodplan/render/"],
    "xlsxwriter": ["vodplan/manifests/sheets/"],
    "yaml": ["vodplan/manifests/"],
    "yarl": ["vodplan/vod/"],
}
"""Library → where it may be imported. A library that is not listed may be imported nowhere."""

HEAVY = frozenset(HOMES) | {"asyncio"}
"""What the command line and the package itself do not import before a command asks for it."""

LIGHT_ROOMS = frozenset({"cli", "vodplan", "_version", "__main__"})

IMPURE_CALLS = frozenset({"__import__", "breakpoint", "eval", "exec", "input", "open", "print"})
CLOCK_METHODS = frozenset({"now", "today", "utcnow"})
CLOCK_OWNERS = frozenset({"date", "datetime", "datetime.date", "datetime.datetime"})

MAY_EXIT = frozenset({"cli", "__main__"})
EXITS = frozenset({"exit", "quit", "sys.exit", "os._exit", "SystemExit"})

MAY_PRINT = frozenset({"cli", "commands", "emulator"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One imported module.

    lazy:   inside a function.
    typing: under `if TYPE_CHECKING:`, never run.
    """

    module: str
    line: int
    lazy: bool = False
    typing: bool = False

    @property
    def top(self) -> str:
        """Its first name: `yaml` of `yaml.events`."""
        return self.module.partition(".")[0]


def breaches(path: str, source: str) -> list[str]:
    """Every broken wall in one file, in order of lines, each as `path:line: what, and what to do instead`.

    path: from the top of the repository, with slashes: `vodplan/core/plan.py`.
    """
    tree = ast.parse(source, path)
    room = room_of(module_of(path))
    if room not in MAY_IMPORT:
        return [f"{path}:1: {room!r} is a room that tests/walls.py does not know; say there what it may import"]
    found = [
        *_import_breaches(path, room, list(imports(tree, path))),
        *_call_breaches(room, tree),
        *_docstring_breaches(tree),
    ]
    return [f"{path}:{line}: {text}" for line, text in sorted(found)]


def module_of(path: str) -> str:
    """The dotted name of a source file: `vodplan/core/__init__.py` is `vodplan.core`."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def room_of(module: str) -> str:
    """The room of a module of vodplan: `core` of `vodplan.core.plan`, `api` of `vodplan.api`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else parts[0]


def imports(tree: ast.Module, path: str) -> Iterator[Imported]:
    """Every import of a file, those in functions and in `if TYPE_CHECKING:` included, relative ones resolved."""
    yield from _imports_in(tree.body, path, lazy=False, typing=False)


def _imports_in(nodes: Sequence[ast.AST], path: str, *, lazy: bool, typing: bool) -> Iterator[Imported]:
    for node in nodes:
        match node:
            case ast.Import():
                for alias in node.names:
                    yield Imported(module=alias.name, line=node.lineno, lazy=lazy, typing=typing)
            case ast.ImportFrom():
                for module in _modules_from(node, path):
                    yield Imported(module=module, line=node.lineno, lazy=lazy, typing=typing)
            case ast.If() if ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
                yield from _imports_in(node.body, path, lazy=lazy, typing=True)
                yield from _imports_in(node.orelse, path, lazy=lazy, typing=typing)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                yield from _imports_in(list(ast.iter_child_nodes(node)), path, lazy=True, typing=typing)
            case _:
                yield from _imports_in(list(ast.iter_child_nodes(node)), path, lazy=lazy, typing=typing)


def _modules_from(node: ast.ImportFrom, path: str) -> list[str]:
    """What `from A import b, c` imports: `A`, or `A.b` and `A.c` where A is a package whose parts are judged apart."""
    base = node.module or ""
    if node.level:
        package = module_of(path).split(".")
        if not path.endswith("/__init__.py"):
            package = package[:-1]
        package = package[: len(package) - node.level + 1]
        base = ".".join([*package, base]) if base else ".".join(package)
    if base in ("vodplan", "urllib"):
        return [f"{base}.{alias.name}" if _is_part(base, alias.name) else base for alias in node.names]
    return [base]


def _is_part(package: str, name: str) -> bool:
    return name in MAY_IMPORT if package == "vodplan" else True


def _import_breaches(path: str, room: str, found: Sequence[Imported]) -> Iterator[tuple[int, str]]:
    for one in found:
        if one.top == "vodplan":
            yield from _room_breach(room, one)
        elif one.top in HOMES:
            yield from _library_breach(path, one)
        elif one.top not in sys.stdlib_module_names:
            yield (
                one.line,
                f"imports {one.top}, which tests/walls.py does not list: a new library is named in pyproject.toml and given "
                "a home there",
            )
        elif room in PURE_ROOMS and not {one.top, one.module} & PURE_MODULES:
            yield (
                one.line,
                f"imports {one.module}: {room} is pure, no I/O, clock, environment or randomness; pass the value in",
            )
        if room in LIGHT_ROOMS and one.top in HEAVY and not one.lazy and not one.typing:
            yield (
                one.line,
                f"imports {one.top} when it is loaded; import it in the function that needs it, so that --help is fast",
            )


def _room_breach(room: str, one: Imported) -> Iterator[tuple[int, str]]:
    target = room_of(one.module)
    if target == room or target in MAY_IMPORT[room]:
        return
    if target not in MAY_IMPORT:
        yield one.line, f"imports {one.module}, of a room that tests/walls.py does not know"
    elif room == "emulator":
        yield one.line, f"imports {one.module}: the emulator knows nothing of the rest, so that it can contradict it"
    elif target == "emulator":
        yield one.line, f"imports {one.module}: only wiring and the commands may start an emulator"
    else:
        allowed = ", ".join(sorted(MAY_IMPORT[room] - {"_version"})) or "nothing of vodplan"
        yield one.line, f"imports {one.module}: {room} may import {allowed}"


def _library_breach(path: str, one: Imported) -> Iterator[tuple[int, str]]:
    homes = HOMES[one.top]
    if not any(path == home or (home.endswith("/") and path.startswith(home)) for home in homes):
        yield one.line, f"imports {one.top}, whose home is {' or '.join(homes)}; call what stands there"


def _call_breaches(room: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=function, args=arguments):
                name = ast.unparse(function)
                yield from ((node.lineno, text) for text in _call_breach(room, name, arguments))
            case ast.Raise(exc=ast.Name(id="SystemExit")) if room not in MAY_EXIT:
                yield node.lineno, "raises SystemExit: only cli ends the process; raise a VodplanError"


def _call_breach(room: str, name: str, arguments: Sequence[ast.expr]) -> Iterator[str]:
    owner, _, method = name.rpartition(".")
    if room in PURE_ROOMS:
        if name in IMPURE_CALLS:
            yield f"calls {name}(): {room} is pure; hand the value over instead"
        if owner in CLOCK_OWNERS and method in CLOCK_METHODS:
            yield f"calls {name}(): {room} knows no clock; take the time as an argument"
        if method == "astimezone" and not arguments:
            yield f"calls {method}() without a zone, which asks the machine for its own; name the zone"
    elif name == "print" and room not in MAY_PRINT:
        yield f"calls print(): {room} gives results back; only the command line prints"
    if name in EXITS and room not in MAY_EXIT:
        yield f"calls {name}(): only cli ends the process; raise a VodplanError"


def _docstring_breaches(tree: ast.Module) -> Iterator[tuple[int, str]]:
    if not ast.get_docstring(tree):
        yield 1, "the module has no docstring: say in one sentence what it gives"
    yield from _undocumented(tree.body, owner="")


def _undocumented(body: Sequence[ast.stmt], *, owner: str) -> Iterator[tuple[int, str]]:
    for node in body:
        match node:
            case ast.ClassDef(name=name) if not name.startswith("_"):
                if not ast.get_docstring(node):
                    yield node.lineno, f"class {owner}{name} is public and has no docstring"
                yield from _undocumented(node.body, owner=f"{owner}{name}.")
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if not name.startswith("_"):
                decorators = {ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list}
                if not ast.get_docstring(node) and not decorators & {"overload", "setter"}:
                    yield node.lineno, f"{owner}{name}() is public and has no docstring"
