"""Reads and checks `vodplan.yaml`."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from vodplan.core.errors import ManifestError
from vodplan.manifests import source
from vodplan.manifests.findings import Findings, Place
from vodplan.manifests.modelled import dotted, key_at, node_at, plain, sentence
from vodplan.manifests.nodes import Map
from vodplan.manifests.project import DEFAULT_REGION, Project, TargetConfig
from vodplan.manifests.project_drift import drift_of
from vodplan.manifests.project_model import NAME_PATTERN, REGION_PATTERN, ProjectModel, Target
from vodplan.manifests.project_policy import policy_of
from vodplan.manifests.project_secrets import Loc, discreet, secrets
from vodplan.manifests.whole import whole
from vodplan.manifests.wording import describe, did_you_mean, one_of, quoted

_READING = {f"VP{number}": "VP202" for number in range(106, 119)} | {"VP101": "VP201", "VP105": "VP201"}
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
    node = whole(data, found)
    if isinstance(node, Map):
        return node
    if node is None and found.errors:
        return None
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
        drift=drift_of(model.drift),
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
        at = key_at(root, ("targets", name))
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
            node_at(root, ("default_target",)),
        )
    for place, one in enumerate(model.policy.protect):
        if not one.model_fields_set:
            at = node_at(root, ("policy", "protect", place))
            found.error(
                "VP204",
                "A protection needs a condition, such as tags, category or ids; without one it would mean all.",
                at,
            )


def _report(detail: ErrorDetails, root: Map, found: Findings) -> None:
    loc = tuple(part for part in detail["loc"] if part != "[key]")
    name = dotted(loc)
    kind = detail["type"]
    if kind == "extra_forbidden":
        hint = did_you_mean(str(loc[-1]), _known(loc[:-1]))
        where = f" of {dotted(loc[:-1])}" if len(loc) > 1 else ""
        found.error("VP203", f"{quoted(str(loc[-1]))} is not a setting{where}.{hint}", key_at(root, loc))
        return
    if loc == ("apiVersion",):
        at = key_at(root, loc) if kind == "missing" else node_at(root, loc)
        found.error("VP208", "apiVersion must be vodplan/v1.", at)
        return
    node = node_at(root, loc)
    told = sentence(detail, node, _FORMS)
    found.error("VP204", f"{name}: {told}{'' if told.endswith(('.', '?')) else '.'}", node)


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
