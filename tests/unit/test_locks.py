"""The locks hold everything, exactly, with hashes, and agree with pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[2]
PROJECT = tomllib.loads(REPOSITORY.joinpath("pyproject.toml").read_text(encoding="utf-8"))


def locked(name: str) -> dict[str, Requirement]:
    """Package → its one line in a lock."""
    made: dict[str, Requirement] = {}
    text = REPOSITORY.joinpath("requirements", name).read_text(encoding="utf-8")
    for line in text.replace("\\\n", " ").splitlines():
        if line and not line.startswith(("#", "-")):
            requirement = Requirement(line.partition(" --hash")[0])
            assert canonicalize_name(requirement.name) not in made, f"{requirement.name} is locked twice"
            made[canonicalize_name(requirement.name)] = requirement
    return made


def wanted(*, extras: bool) -> list[Requirement]:
    """What pyproject.toml asks for: the core, and for development all extras and groups but what has an environment of its own."""
    lines: list[str] = [*PROJECT["project"]["dependencies"]]
    if extras:
        lines += flat(PROJECT["project"]["optional-dependencies"].values())
        lines += [
            line
            for name, group in PROJECT["dependency-groups"].items()
            if name not in ("lock", "bench")
            for line in group
            if isinstance(line, str)
        ]
        lines += PROJECT["build-system"]["requires"]
    return [Requirement(line) for line in lines]


def flat(groups: Iterable[list[str]]) -> list[str]:
    """All items of all lists."""
    return [line for group in groups for line in group]


@pytest.mark.parametrize(("name", "extras"), [("core.txt", False), ("dev.txt", True)])
def test_lock_has_what_the_project_asks_for(name: str, extras: bool) -> None:
    """A dependency that was added without `make lock` would be missing on every fresh clone."""
    lock = locked(name)

    for requirement in wanted(extras=extras):
        (pin,) = lock[canonicalize_name(requirement.name)].specifier
        assert pin.operator == "=="
        assert requirement.specifier.contains(pin.version), f"{requirement} is locked at {pin.version}: run make lock"


def test_lock_of_the_benchmarks_has_what_their_group_asks_for() -> None:
    """They install from it alone, beside and not into what vodplan is developed with."""
    lock = locked("bench.txt")

    assert {canonicalize_name(Requirement(line).name) for line in PROJECT["dependency-groups"]["bench"]} <= set(lock)
    assert "vodplan" not in lock


@pytest.mark.parametrize("name", ["core.txt", "dev.txt", "bench.txt", "ci.txt", "build.txt"])
def test_lock_every_package_has_hashes_and_comes_as_a_wheel(name: str) -> None:
    """pip then takes nothing that was not seen here, and builds nothing with tools that no lock names."""
    text = REPOSITORY.joinpath("requirements", name).read_text(encoding="utf-8")

    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)
    without = [entry.split()[0] for entry in entries[1:] if not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)]

    assert "\n--only-binary :all:\n" in entries[0]
    assert not without


def test_locks_agree_on_versions() -> None:
    """What is tested is what people install."""
    core, dev = locked("core.txt"), locked("dev.txt")

    assert set(core) <= set(dev)
    assert [name for name in core if core[name].specifier != dev[name].specifier] == []


def test_lock_of_ci_jobs_has_the_core_and_the_extras_that_servers_need() -> None:
    """Jobs and the container take keys by role and keep runs in PostgreSQL."""
    lock = locked("ci.txt")
    extras = PROJECT["project"]["optional-dependencies"]

    lines = [*PROJECT["project"]["dependencies"], *extras["credentials"], *extras["postgres"]]
    assert {canonicalize_name(Requirement(line).name) for line in lines} <= set(lock)
    assert {name: pin for name, pin in locked("core.txt").items() if lock.get(name) != pin} == {}


def test_lock_of_the_build_has_what_the_build_system_asks_for() -> None:
    """ci/install builds without isolation, so that nothing comes in that no lock names."""
    names = {canonicalize_name(Requirement(line).name) for line in PROJECT["build-system"]["requires"]}

    assert names <= set(locked("build.txt"))
