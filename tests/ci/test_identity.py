"""The workflow's identity becomes a token file, and nobody reads it in the log."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.ci.host import serving
from tests.ci.scripts import script

identity = script("ci/github/identity.py")


def environment(folder: Path, url: str) -> dict[str, str]:
    """What the host gives a job with `id-token: write`."""
    (folder / "env").touch()
    return {
        "INPUT_ROLE": "acs:ram::1234567890123456:role/vodplan-plan",
        "INPUT_OIDC_PROVIDER": "acs:ram::1234567890123456:oidc-provider/github",
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{url}/identity?api-version=2",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "bearer",
        "RUNNER_TEMP": str(folder),
        "GITHUB_ENV": str(folder / "env"),
    }


def test_identity_is_written_for_this_user_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The later steps find it where the credential chain looks, and the log masks it."""
    with serving() as host:
        identity.main(environment(tmp_path, host.url))

    path = tmp_path / "vodplan-identity"
    assert path.read_text() == "eyJ.identity.token"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert host.headers["authorization"] == "Bearer bearer"
    assert (tmp_path / "env").read_text().splitlines() == [
        "ALIBABA_CLOUD_ROLE_ARN=acs:ram::1234567890123456:role/vodplan-plan",
        "ALIBABA_CLOUD_OIDC_PROVIDER_ARN=acs:ram::1234567890123456:oidc-provider/github",
        f"ALIBABA_CLOUD_OIDC_TOKEN_FILE={path}",
    ]
    assert capsys.readouterr().out == "::add-mask::eyJ.identity.token\n"


def test_identity_without_the_permission_names_it(tmp_path: Path) -> None:
    """The most usual mistake, and what happens on a fork."""
    environ = environment(tmp_path, "http://127.0.0.1:9")
    del environ["ACTIONS_ID_TOKEN_REQUEST_URL"]

    with pytest.raises(identity.NoIdentity, match="id-token: write"):
        identity.main(environ)


@pytest.mark.parametrize("role", ["vodplan-plan", "acs:ram::1:role/x\nALIBABA_CLOUD_ACCESS_KEY_ID=evil", ""])
def test_identity_role_that_is_no_arn_is_refused(tmp_path: Path, role: str) -> None:
    """A line break in it would set other variables of the job."""
    with pytest.raises(identity.NoIdentity, match="ARN"):
        identity.main({**environment(tmp_path, "http://127.0.0.1:9"), "INPUT_ROLE": role})
    assert (tmp_path / "env").read_text() == ""


def test_identity_host_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    """And no traceback."""
    with pytest.raises(identity.NoIdentity, match="gave no identity"):
        identity.main(environment(tmp_path, "http://127.0.0.1:9"))
