"""`vodplan doctor`: what works and what does not, with the next step for each."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from vodplan import api
from vodplan.commands.context import Context
from vodplan.commands.options import DoctorOptions
from vodplan.core.errors import ApiError, CredentialsError, StoreError
from vodplan.render.results import CheckShown, Examined

if TYPE_CHECKING:
    from vodplan.vod.probes import ProbeResult

PLAN = "plan"
NEEDS = (PLAN, "apply", "delete")

_STEPS = {
    "endpoint": "vodplan doctor --target NAME, once the address in vodplan.yaml and the network are right",
    "credentials": "export ALIBABA_CLOUD_ACCESS_KEY_ID=… ALIBABA_CLOUD_ACCESS_KEY_SECRET=…, or see docs/credentials.md",
    "clock": "timedatectl set-ntp true",
    "store": "see docs/store.md",
}
_PERMISSION = "grant vod:{name} to the key, as the policy below does, then vodplan doctor"


def run(options: DoctorOptions, context: Context) -> int:
    """Check the project, the target and the store. Exit 8 for credentials, 1 for anything else that fails."""
    console = context.console
    project = api.find_project(**context.in_project(options))
    target = options.target or console.environ.get("VODPLAN_TARGET") or project.default_target or "environment"
    missing: list[str] = []
    checks = [_project(project.path, console.cwd)]
    try:
        target, results = api.probe(need=options.need, **context.at_target(options))
    except CredentialsError as error:
        checks.append(
            CheckShown(name="credentials", ok=False, detail=error.message, next=error.next or _step("credentials"))
        )
    except ApiError as error:
        checks.append(CheckShown(name="endpoint", ok=False, detail=error.message, next=_step("endpoint")))
    else:
        checks.extend(_endpoint({result.name for result in results}))
        checks.extend(_tried(one, options.need) for one in results)
        missing = [one.action for one in results if one.action and _needed(one, options.need)]
    checks.extend(_store(options, context))
    context.output.show(Examined(target=target, checks=checks, missing=missing))
    if any(one.name == "credentials" and one.ok is False for one in checks):
        return CredentialsError.exit_code
    return 1 if any(one.ok is False for one in checks) else 0


def _needed(result: ProbeResult, need: str | None) -> bool:
    """Whether a key has to have it: what only apply needs is no fault of a key for planning."""
    return NEEDS.index(result.need) <= NEEDS.index(need or PLAN)


def _tried(result: ProbeResult, need: str | None) -> CheckShown:
    if result.ok or _needed(result, need):
        return CheckShown(
            name=result.name, ok=result.ok, detail=result.detail, next="" if result.ok else _step(result.name)
        )
    # Good enough for planning, which is what was asked; whoever applies with this key has to know.
    return CheckShown(
        name=result.name,
        ok=None,
        detail=f"only {result.need} needs it: {result.detail}",
        next=f"vodplan doctor --for {result.need}, when this key is to {result.need}",
    )


def _endpoint(tried: Collection[str]) -> Iterator[CheckShown]:
    """What the results say of the endpoint, when they do not say it themselves."""
    if "endpoint" in tried:
        return
    if tried == {"credentials"}:
        yield CheckShown(
            name="endpoint", ok=None, detail="not tried without credentials", next="vodplan doctor, with credentials"
        )
    else:
        yield CheckShown(name="endpoint", ok=True, detail="answers")


def _project(path: Path | None, cwd: Path) -> CheckShown:
    if path is None:
        return CheckShown(name="project", ok=None, detail="no vodplan.yaml: the defaults are used", next="vodplan init")
    return CheckShown(name="project", ok=True, detail=_relative(path, cwd))


def _relative(path: Path, cwd: Path) -> str:
    return str(path.relative_to(cwd) if path.is_relative_to(cwd) else path)


def _store(options: DoctorOptions, context: Context) -> Iterator[CheckShown]:
    """Whether the store opens as apply opens it, and what weakens its promises."""
    console = context.console
    try:
        with api.open_store(**context.in_project(options)) as store:
            from vodplan.store.schema import VERSION

            shown = store.shown if store.path is None else _relative(store.path, console.cwd)
            yield CheckShown(name="store", ok=True, detail=f"{shown}, tables of version {VERSION}")
            for caution in store.cautions():
                yield CheckShown(name="store", ok=None, detail=caution, next="see docs/store.md")
    except StoreError as error:
        yield CheckShown(name="store", ok=False, detail=error.message, next=error.next or _step("store"))


def _step(name: str) -> str:
    return _STEPS.get(name) or _PERMISSION.format(name=name)
