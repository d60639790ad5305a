"""Doctor names what does not work, and ends with the right code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.harness import Ran, run
from vodplan import api
from vodplan.core.errors import CredentialsError, Unavailable
from vodplan.store.schema import VERSION
from vodplan.vod.probes import Need, ProbeResult

WELL = [
    ProbeResult(name="credentials", ok=True, detail="accepted, from the environment"),
    ProbeResult(name="clock", ok=True, detail="as the service's"),
    ProbeResult(name="GetVideoInfos", ok=True, detail="allowed"),
]


def _examined(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: list[ProbeResult] | Exception, **environ: str
) -> tuple[Ran, dict[str, Any]]:
    def probe(**_: object) -> tuple[str, list[ProbeResult]]:
        if isinstance(answer, Exception):
            raise answer
        return "lab (127.0.0.1)", answer

    monkeypatch.setattr(api, "probe", probe)
    ran = run("doctor", "--format", "json", cwd=tmp_path, environ=environ)
    return ran, {one["name"]: one for one in json.loads(ran.out)["checks"]}


def test_doctor_all_well_exits_0(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is missing, so that no policy is shown."""
    ran, checks = _examined(monkeypatch, tmp_path, WELL)

    assert ran.code == 0
    assert checks["endpoint"]["ok"] is True
    assert checks["store"]["ok"] is True
    assert checks["project"]["next"] == "vodplan init"


@pytest.mark.parametrize(
    ("answer", "code", "name", "endpoint"),
    [
        (CredentialsError("None found."), 8, "credentials", None),
        ([ProbeResult(name="credentials", ok=False, detail="None found.")], 8, "credentials", None),
        (
            [ProbeResult(name="credentials", ok=False, detail="Refused."), WELL[1]],
            8,
            "credentials",
            True,
        ),
        ([*WELL, ProbeResult(name="SearchMedia", ok=False, detail="Not allowed.")], 1, "SearchMedia", True),
        ([WELL[0], ProbeResult(name="clock", ok=False, detail="20 minutes behind")], 1, "clock", True),
        ([ProbeResult(name="endpoint", ok=False, detail="No connection.")], 1, "endpoint", False),
        (Unavailable("Down.", operation="GetVideoInfos"), 1, "endpoint", False),
    ],
)
def test_doctor_failure_has_its_code_and_a_next_step(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    answer: list[ProbeResult] | Exception,
    code: int,
    name: str,
    endpoint: bool | None,
) -> None:
    """8 for credentials, 1 for the rest; an endpoint that nobody called is not said to answer."""
    ran, checks = _examined(monkeypatch, tmp_path, answer)

    assert ran.code == code
    assert checks[name]["ok"] is False
    assert checks[name]["next"]
    assert checks.get("endpoint", {"ok": None})["ok"] is endpoint


def test_doctor_opens_the_store_as_apply_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its place and the version of its tables; it is made when it is not there."""
    _, checks = _examined(monkeypatch, tmp_path, WELL, VODPLAN_STORE="sqlite:///kept/runs.db")

    assert checks["store"]["detail"] == f"kept/runs.db, tables of version {VERSION}"
    assert (tmp_path / "kept/runs.db").is_file()


def test_doctor_store_that_cannot_be_reached_fails_without_its_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its address can hold a password, which is never shown; nothing else that failed is hidden by it."""
    ran, checks = _examined(monkeypatch, tmp_path, WELL, VODPLAN_STORE="postgresql://me:hunter2@127.0.0.1:1/vodplan")

    assert ran.code == 1
    assert checks["store"]["ok"] is False
    assert "127.0.0.1" in checks["store"]["detail"]
    assert checks["store"]["next"]
    assert checks["clock"]["ok"] is True
    assert "hunter2" not in ran.out + ran.err


def test_doctor_store_that_is_none_is_told_as_such(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file that is no database, and a setting that names no store."""
    (tmp_path / "mine.db").write_text("this is no database, and long enough to be taken for none" * 9)

    for setting in ("sqlite:///mine.db", "mysql://x"):
        ran, checks = _examined(monkeypatch, tmp_path, WELL, VODPLAN_STORE=setting)

        assert (ran.code, checks["store"]["ok"]) == (1, False)


def test_doctor_cautions_of_the_store_are_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What weakens its promises is no failure, and is told."""
    monkeypatch.setattr("vodplan.store.store.Store.cautions", lambda _: ("fsync is off.",))

    monkeypatch.setattr(api, "probe", lambda **_: ("lab", WELL))
    ran = run("doctor", cwd=tmp_path)

    assert ran.code == 0
    assert "fsync is off." in ran.out


def test_doctor_invalid_project_exits_3(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """There is nothing to examine then."""
    (tmp_path / "vodplan.yaml").write_text("nonsense: true\n")

    ran = run("doctor", cwd=tmp_path)

    assert ran.code == 3
    assert "vodplan.yaml:1:1" in ran.err


LACKS = [
    *WELL,
    ProbeResult(name="SearchMedia", ok=False, detail="Denied.", action="vod:SearchMedia"),
    ProbeResult(name="UpdateVideoInfos", ok=False, detail="Denied.", need=Need.APPLY, action="vod:UpdateVideoInfos"),
    ProbeResult(name="DeleteVideo", ok=False, detail="Denied.", need=Need.DELETE, action="vod:DeleteVideo"),
]


@pytest.mark.parametrize(
    ("need", "actions"),
    [
        ("plan", ["vod:SearchMedia"]),
        ("apply", ["vod:SearchMedia", "vod:UpdateVideoInfos"]),
        ("delete", ["vod:SearchMedia", "vod:UpdateVideoInfos", "vod:DeleteVideo"]),
    ],
)
def test_doctor_prints_the_policy_of_what_is_asked_for(
    need: str, actions: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A key for planning may well lack what deletes; the policy to paste has no more than its work needs."""
    asked: list[object] = []

    def probe(**given: object) -> tuple[str, list[ProbeResult]]:
        asked.append(given["need"])
        return "lab (127.0.0.1)", LACKS

    monkeypatch.setattr(api, "probe", probe)

    ran = run("doctor", "--for", need, "--format", "json", cwd=tmp_path)
    document = json.loads(ran.out)

    (statement,) = document["policy"]["Statement"]
    assert (statement["Action"], statement["Effect"], statement["Resource"]) == (actions, "Allow", "*")
    failed = [f"vod:{one['name']}" for one in document["checks"] if one["ok"] is False]
    assert (ran.code, failed, asked) == (1, actions, [need])


def test_doctor_of_a_key_for_planning_is_content_without_writes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is missing is told with the command for a key that is to do more; there is no policy to paste."""
    ran, checks = _examined(monkeypatch, tmp_path, [*WELL, *LACKS[4:]])

    assert ran.code == 0
    assert json.loads(ran.out)["policy"] is None
    assert checks["UpdateVideoInfos"]["ok"] is None
    assert checks["UpdateVideoInfos"]["next"].startswith("vodplan doctor --for apply")


def test_doctor_text_ends_with_a_policy_to_paste(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It stands at the left edge, so that it is copied as it is."""
    monkeypatch.setattr(api, "probe", lambda **_: ("lab (127.0.0.1)", LACKS))

    ran = run("doctor", cwd=tmp_path)

    policy = json.loads(ran.out[ran.out.index("\n{") :])
    assert policy["Statement"][0]["Action"] == ["vod:SearchMedia"]


def test_doctor_for_something_else_is_a_usage_error(tmp_path: Path) -> None:
    """The choices are named."""
    ran = run("doctor", "--for", "deletes", cwd=tmp_path)

    assert ran.code == 64
    assert "delete" in ran.err
