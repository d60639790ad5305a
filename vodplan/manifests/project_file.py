"""Reads and checks `vodplan.yaml`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from yaml.error import YAMLError

from vodplan.core.errors import ManifestError
from vodplan.manifests import source, syntax
from vodplan.manifests.compose import Abandoned, Composer
from vodplan.manifests.findings import Findings, Place
from vodplan.manifests.nodes import Bad, Map, Node, Placed, Scalar, Seq
from vodplan.manifests.project import DEFAULT_REGION, Project, TargetConfig
from vodplan.manifests.project_model import NAME_PATTERN, REGION_PATTERN, ProjectModel, Target
from vodplan.manifests.project_policy import policy_of
from vodplan.manifests.project_secrets import Loc, discreet, secrets
from vodplan.manifests.scalars import value_of
from vodplan.manifests.wording import describe, did_you_mean, one_of, quoted

_READING = {f"VP{number}": "VP202" for number in range(106, 119)} | {"VP101": "VP201", "VP105": "VP201"}
_SENTENCES = {
    "missing": "it is missing",
    "string_too_short": "it is empty",
    "too_short": "it is empty; name at least one",
    "list_type": "it must be a list",
    "dict_type": "it must be a mapping",
    "model_type": "it must be a mapping",
    "bool_type": "it must be true or false",
    "int_type": "it must be a whole number",
    "float_type": "it must be a number",
    "greater_than": "it must be more than {gt:g}",
    "less_than_equal": "it must be at most {le:g}",
    "literal_error": "it must be {expected}",
}

_FORMS = {
    REGION_PATTERN: "is no region; one is written like cn-shanghai",
    NAME_PATTERN: "is no name for a target; use up to 64 letters, digits, points, - and _",
}


def read_project(path: Path, *, shown: str) -> Project:
    """Read the project file.

    shown:  its name in diagnostics.
    raises: ManifestError with every VP2xx diagnostic.
    """
    found = Findings(shown, rename=_READING)
    data = source.read(path, found)
    root = None if data is None else _compose(data, found)
    project = None if root is None else _project(root, path.absolute(), found)
    if project is None or found.errors:
        raise ManifestError([discreet(one) for one in found.diagnostics()], next="vodplan validate")
    return project


def _compose(data: bytes, found: Findings) -> Map | None:
    composer = Composer(data, found)
    try:
        start = composer.root()
        node = None if start is None else composer.node(start, 0)
        if node is not None:
            composer.end()
    except Abandoned:
        return None
    except YAMLError as error:
        syntax.report(found, error, data)
        return None
    if isinstance(node, Map):
        return node
    what = "empty" if node is None else describe(node)
    found.error("VP204", f"The project file is {what}; it must be a mapping that begins with apiVersion:.", _TOP)
    return None


def _project(root: Map, path: Path, found: Findings) -> Project | None:
    hidden = set(secrets(root, (), found))
    try:
        model = ProjectModel.model_validate(plain(root))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            if not any(detail["loc"][: len(secret)] == secret for secret in hidden):
                _report(detail, root, found)
        return None
    _check_targets(model, root, found)
    return _built(model, path)


def _built(model: ProjectModel, path: Path) -> Project:
    root = path.parent
    return Project(
        path=path,
        root=root,
        manifests=tuple(root / one for one in model.manifests),
        default_target=model.default_target,
        targets=MappingProxyType({name: _target(name, one, root) for name, one in model.targets.items()}),
        policy=policy_of(model.policy),
        store=model.store,
        share=model.limits.share,
        rates=MappingProxyType(dict(model.limits.rates)),
    )


def _target(name: str, target: Target, root: Path) -> TargetConfig:
    return TargetConfig(
        name=name,
        region=target.region or DEFAULT_REGION,
        endpoint=target.endpoint,
        profile=target.profile,
        emulator=root / target.emulator if target.emulator else None,
    )


def _check_targets(model: ProjectModel, root: Map, found: Findings) -> None:
    for name, target in model.targets.items():
        at = _key(root, ("targets", name))
        beside = [setting for setting in ("endpoint", "profile") if getattr(target, setting)]
        if target.emulator and beside:
            found.error("VP207", f"{name} is an emulator, so {one_of(beside)} means nothing. Remove it.", at)
        elif not target.emulator and not target.region:
            found.error("VP207", f"{name} has no region. Add one, such as region: {DEFAULT_REGION}.", at)
    default = model.default_target
    if default and default not in model.targets:
        known = one_of(sorted(model.targets)) if model.targets else "none"
        hint = did_you_mean(default, model.targets)
        found.error(
            "VP206",
            f"{quoted(default)} is no target of this file; it has {known}.{hint}",
            _node(root, ("default_target",)),
        )
    for place, one in enumerate(model.policy.protect):
        if not one.model_fields_set:
            at = _node(root, ("policy", "protect", place))
            found.error(
                "VP204",
                "A protection needs a condition, such as tags, category or ids; without one it would mean all.",
                at,
            )


def _report(detail: ErrorDetails, root: Map, found: Findings) -> None:
    loc = tuple(part for part in detail["loc"] if part != "[key]")
    name = _dotted(loc)
    kind = detail["type"]
    if kind == "extra_forbidden":
        hint = did_you_mean(str(loc[-1]), _known(loc[:-1]))
        where = f" of {_dotted(loc[:-1])}" if len(loc) > 1 else ""
        found.error("VP203", f"{quoted(str(loc[-1]))} is not a setting{where}.{hint}", _key(root, loc))
        return
    if loc == ("apiVersion",):
        at = _key(root, loc) if kind == "missing" else _node(root, loc)
        found.error("VP208", "apiVersion must be vodplan/v1.", at)
        return
    node = _node(root, loc)
    sentence = _sentence(detail, node)
    found.error("VP204", f"{name}: {sentence}{'' if sentence.endswith(('.', '?')) else '.'}", node)


def _dotted(loc: Sequence[int | str]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).removeprefix(".")


def _sentence(detail: ErrorDetails, node: Placed) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "string_type":
        what = describe(node) if isinstance(node, Scalar | Map | Seq | Bad) else "something else"
        return f"it is {what} and must be a text" + ("; put it in quotes" if isinstance(node, Scalar) else "")
    if kind == "string_pattern_mismatch":
        return f"{quoted(str(detail['input']))} {_FORMS[context['pattern']]}"
    template = _SENTENCES.get(kind)
    return template.format(**context) if template else detail["msg"].rstrip(".").lower()


def plain(node: Node) -> object:
    """A node as plain data: dict, list, str, int, float, bool, None."""
    if isinstance(node, Map):
        return {name: plain(value) for name, (_, value) in node.entries.items()}
    if isinstance(node, Seq):
        return [plain(item) for item in node.items]
    return None if isinstance(node, Bad) else value_of(node)


def _node(root: Map, loc: Sequence[int | str]) -> Placed:
    """The node at a place, or the nearest one around it."""
    node: Node = root
    for part in loc:
        if isinstance(node, Map) and part in node.entries:
            node = node.entries[str(part)][1]
        elif isinstance(node, Seq) and isinstance(part, int):
            node = node.items[part]
        else:
            break
    return node


def _key(root: Map, loc: Sequence[int | str]) -> Placed:
    """The key at a place, or the nearest node around it."""
    around = _node(root, loc[:-1])
    if isinstance(around, Map) and loc[-1] in around.entries:
        return around.entries[str(loc[-1])][0]
    return around


def _known(loc: Loc) -> list[str]:
    """The settings that a block takes."""
    shape: Any = ProjectModel
    for part in loc:
        if isinstance(shape, type) and issubclass(shape, BaseModel):
            shape = shape.model_fields[str(part)].annotation
        else:
            # The M of list[M] and dict[K, M].
            shape = get_args(shape)[-1]
    return list(shape.model_fields)


_TOP = Place(0, 0, None)
