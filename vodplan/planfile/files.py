"""Plan files on disk: read with suspicion, written whole or not at all."""

from __future__ import annotations

import contextlib
import gc
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import orjson
from pydantic import ValidationError

from vodplan.core.errors import ConfigError
from vodplan.core.plan import FORMAT_VERSION, Plan
from vodplan.core.planfile import digest, from_document, plan_bytes
from vodplan.core.values import Json
from vodplan.planfile.model import PlanModel
from vodplan.planfile.quick import plain, plain_digest

MAX_BYTES = 512 * 1024 * 1024
"""The largest plan file that is read, in bytes; a change takes about 1 kB."""

_AGAIN = "vodplan plan --out plan.json"


def read_plan(path: Path) -> Plan:
    """Read a plan file.

    raises: ConfigError when it cannot be read, is not a plan, is of a newer format, or was changed after it was made.
    """
    return parse_plan(_read(path), name=str(path))


def parse_plan(content: bytes, *, name: str) -> Plan:
    """The plan in a file's content; `name` is how messages call the file.

    raises: as `read_plan`.
    """
    with _without_collecting():
        return _parsed(content, name)


def _parsed(content: bytes, name: str) -> Plan:
    try:
        loaded = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ConfigError(f"{name} is not a plan file: it is not JSON ({error}).", next=_AGAIN) from error
    if not isinstance(loaded, dict) or "format_version" not in loaded:
        raise ConfigError(f'{name} is not a plan file: it has no "format_version".', next=_AGAIN)
    version = loaded["format_version"]
    if version != FORMAT_VERSION:
        raise ConfigError(
            f"{name} has the format version {version!r}; this vodplan reads version {FORMAT_VERSION!r}. Apply it with "
            "the vodplan that made it, or plan again with this one.",
            next=_AGAIN,
        )
    document = cast("Mapping[str, Json]", loaded)
    quickly = plain(loaded.get("changes"))
    try:
        PlanModel.model_validate({**loaded, "changes": []} if quickly else loaded)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise ConfigError(f"{name} is not a valid plan file: {place}: {first['msg']}.", next=_AGAIN) from error
    if (plain_digest(document) if quickly else digest(document)) != document["digest"]:
        raise ConfigError(
            f"{name} was changed after vodplan made it: its digest does not fit its content. Nothing in it is trusted.",
            next=_AGAIN,
        )
    return from_document(document)


def write_plan(plan: Plan, path: Path) -> None:
    """Write a plan file; after a crash either the old file or the new one is there, whole.

    raises: ConfigError when the file cannot be written.
    """
    write_whole(path, plan_bytes(plan))


def write_whole(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file by way of a temporary one beside it, flushed to the disk before it takes the name.

    mode:   its permission bits.
    raises: ConfigError when the file cannot be written.
    """
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, mode)
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror or error}.", next="Name a path that can be written."
        ) from error


@contextlib.contextmanager
def _without_collecting() -> Iterator[None]:
    """Nothing that is made while a file is read is garbage, and looking for it in a large plan takes a third more."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise ConfigError(f"There is no plan file {path}.", next=_AGAIN)
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{path} is larger than a plan file can be ({MAX_BYTES} bytes).", next=_AGAIN)
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}.", next=_AGAIN) from error
