"""Introduces the edges to each other: from a target's name to a reader and a writer of its library."""

from __future__ import annotations

import contextlib
import datetime
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vodplan.core.errors import ConfigError, StoreError
from vodplan.core.plan import Target

if TYPE_CHECKING:
    from vodplan.core.assemble import Memory
    from vodplan.core.drift import History
    from vodplan.core.ports import Progress
    from vodplan.manifests.project import Project, TargetConfig
    from vodplan.store.store import Store
    from vodplan.vod.credentials import CredentialsProvider
    from vodplan.vod.service import VodService

DEFAULT_REGION = "cn-shanghai"

_SQLITE = "sqlite:///"

DEFAULT_STORE = f"{_SQLITE}.vodplan/state.db"
"""Where runs, journals and leases are kept unless the project says otherwise, relative to the project's folder."""

ENVIRONMENT_TARGET = "environment"
"""The name of the target that is made from the environment when the project file has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTarget:
    """A target with a connected service: its `reader` reads, its `writer` writes."""

    target: Target
    service: VodService


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which target a command is about.

    endpoint: a URL; None for the region's own.
    emulator: the embedded emulator's database; None when there is a service to call.
    """

    name: str
    region: str
    endpoint: str | None
    profile: str | None
    emulator: Path | None
    shown_endpoint: str


def choose(project: Project, name: str | None, environ: Mapping[str, str]) -> Choice:
    """Pick the target: `name`, `VODPLAN_TARGET`, `default_target`, the only one there is, or the environment's own.

    raises: ConfigError when the name is unknown, or several targets stand there and none is named.
    source: docs/contract.md section 2.
    """
    config = _configured(project, name or environ.get("VODPLAN_TARGET") or project.default_target)
    override = environ.get("VODPLAN_ENDPOINT") or None
    if config is None:
        region = environ.get("VODPLAN_REGION") or environ.get("ALIBABA_CLOUD_REGION_ID") or DEFAULT_REGION
        return _choice(ENVIRONMENT_TARGET, region, override, None, None, project)
    endpoint = override or config.endpoint
    emulator = None if override else config.emulator
    return _choice(config.name, config.region, endpoint, config.profile, emulator, project)


def _configured(project: Project, name: str | None) -> TargetConfig | None:
    targets = project.targets
    if name is not None:
        if name in targets:
            return targets[name]
        if not targets and name == ENVIRONMENT_TARGET:
            return None
        known = ", ".join(sorted(targets)) or "none"
        raise ConfigError(
            f'There is no target "{name}"; the project file has: {known}.', next="vodplan plan --target NAME"
        )
    if len(targets) > 1:
        raise ConfigError(
            f"Several targets stand in the project file ({', '.join(sorted(targets))}) and none is the default. Set "
            "default_target:, or name one.",
            next="vodplan plan --target NAME",
        )
    return next(iter(targets.values()), None)


def _choice(
    name: str, region: str, endpoint: str | None, profile: str | None, emulator: Path | None, project: Project
) -> Choice:
    if emulator is not None:
        inside = emulator.is_relative_to(project.root)
        shown = f"emulator:{emulator.relative_to(project.root).as_posix() if inside else emulator.name}"
    else:
        from vodplan.vod.service import endpoint_for

        shown = urlsplit(endpoint_for(region, endpoint)).netloc.rpartition("@")[2]
    return Choice(name=name, region=region, endpoint=endpoint, profile=profile, emulator=emulator, shown_endpoint=shown)


def target_of(choice: Choice) -> Target:
    """The target as plans name it; nothing is called."""
    return Target(name=choice.name, region=choice.region, endpoint=choice.shown_endpoint)


class SystemClock:
    """The time of this machine; see `core.ports.Clock`."""

    def now(self) -> datetime.datetime:
        """See `Clock.now`."""
        return datetime.datetime.now(datetime.UTC)


def open_project_store(project: Project, environ: Mapping[str, str]) -> Store:
    """Open the store of a project: `VODPLAN_STORE`, its `store:`, or the default.

    raises: StoreError when it cannot be reached, read or made.
    """
    from vodplan.store.open import open_store

    return open_store(_store_url(project, environ), root=project.root, clock=SystemClock())


def remembered(project: Project, environ: Mapping[str, str], target: Target, *, old_covers: bool = False) -> Memory:
    """What the project's store remembers of earlier runs on a target; nothing when there is no store yet.

    old_covers: also which deletions of old covers they owe, for which all their records are looked through.

    A store that cannot be read is no reason not to plan, since apply refuses it; a warning is logged. Where a guard
    counts on it (`policy.max_managed_drop`), there is no plan without it.

    raises: StoreError in that case.
    """
    from vodplan.core.assemble import Memory

    url = _store_url(project, environ)
    if url.startswith(_SQLITE) and not (project.root / url.removeprefix(_SQLITE)).exists():
        return Memory()
    from vodplan.store.open import open_existing_store

    try:
        store = open_existing_store(url, root=project.root, clock=SystemClock())
        if store is None:
            return Memory()
        with store:
            return Memory(
                managed=store.managed(target),
                rules=store.rules(target),
                not_taken=store.unconverged(target),
                written=store.written(target),
                owed=store.owed(target) if old_covers else (),
            )
    except StoreError as error:
        if project.policy.max_managed_drop is not None or project.policy.max_rule_growth is not None:
            raise
        logging.getLogger("vodplan").warning(
            "%s What did not take in earlier runs is not known, and may be planned again.", error.message
        )
        return Memory()


def history_of(
    project: Project, environ: Mapping[str, str], target: Target, wanted: Mapping[str, str | None]
) -> History:
    """What the last runs on a target left in the fields of some addresses, as `Store.last_writes`.

    Nothing where there is no store; none is made. One that cannot be read is told in the log.
    """
    from vodplan.core.drift import History

    url = _store_url(project, environ)
    if url.startswith(_SQLITE) and not (project.root / url.removeprefix(_SQLITE)).exists():
        return History()
    from vodplan.store.open import open_existing_store

    try:
        store = open_existing_store(url, root=project.root, clock=SystemClock())
        if store is None:
            return History()
        with store:
            return store.last_writes(target, wanted)
    except StoreError as error:
        logging.getLogger("vodplan").warning("%s Where a difference came from is not known.", error.message)
        return History()


def _store_url(project: Project, environ: Mapping[str, str]) -> str:
    return environ.get("VODPLAN_STORE") or project.store or DEFAULT_STORE


@contextlib.asynccontextmanager
async def open_target(
    choice: Choice, *, project: Project, environ: Mapping[str, str], home: Path, progress: Progress | None = None
) -> AsyncIterator[OpenTarget]:
    """Connect to a target; an `emulator:` target is started on loopback for as long as the context lasts.

    project:  whose `limits:` say how much of the account's rates may be used; the embedded emulator has none to keep.
    progress: told when the service throttles.
    raises: ConfigError when the emulator is wanted and not installed; CredentialsError at the first call.
    """
    from vodplan.vod.credentials import default_chain, static
    from vodplan.vod.service import VodService, endpoint_for

    with contextlib.ExitStack() as stack:
        credentials: CredentialsProvider
        if choice.emulator is None:
            endpoint = endpoint_for(choice.region, choice.endpoint)
            credentials = default_chain(environ=environ, profile=choice.profile, home=home)
        else:
            running = stack.enter_context(_emulator(choice.emulator))
            endpoint = running.url
            credentials = static(running.access_key_id, running.access_key_secret)
        embedded = choice.emulator is not None
        async with VodService(
            endpoint,
            choice.region,
            credentials,
            share=project.share,
            rates=project.rates,
            unpaced=embedded,
            # Programs may have a progress of their own, from before it could be told so.
            throttled=getattr(progress, "throttled", None),
            pictures=lambda name: _picture(project, name),
        ) as service:
            yield OpenTarget(target=target_of(choice), service=service)


def _picture(project: Project, name: str) -> bytes:
    from vodplan.manifests.coverfiles import read_picture

    return read_picture(project.root.resolve(), name)


def _emulator(database: Path):  # type: ignore[no-untyped-def]  # the emulator's types are known only where it is installed
    try:
        from vodplan import emulator
    except ImportError as error:
        raise ConfigError(
            f"This target is the embedded emulator, and that is not installed ({error.name} is missing).",
            next="pip install 'vodplan[emulator]'",
        ) from error
    database.parent.mkdir(parents=True, exist_ok=True)
    return emulator.running(database, demo=True)
