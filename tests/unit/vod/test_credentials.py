"""The credential chain: its order, its files, its errors."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from vodplan.core.errors import CredentialsError
from vodplan.vod.credentials import Credentials, default_chain, static

ENV = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "env-id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "env-secret"}
ROLES = {
    "oidc": {
        "ALIBABA_CLOUD_ROLE_ARN": "acs:ram::1:role/r",
        "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": "acs:ram::1:oidc-provider/p",
        "ALIBABA_CLOUD_OIDC_TOKEN_FILE": "/nowhere/token",
    },
    "ecs": {"ALIBABA_CLOUD_ECS_METADATA": "role"},
    "uri": {"ALIBABA_CLOUD_CREDENTIALS_URI": "http://127.0.0.1:1/none"},
}


def found(home: Path, environ: Mapping[str, str] | None = None, profile: str | None = None) -> Credentials:
    return asyncio.run(default_chain(environ=environ or {}, profile=profile, home=home).get())


def cli_file(home: Path, *profiles: Mapping[str, str], current: str = "default") -> None:
    (home / ".aliyun").mkdir()
    (home / ".aliyun/config.json").write_text(json.dumps({"current": current, "profiles": list(profiles)}))


def ini_file(home: Path, text: str) -> None:
    (home / ".alibabacloud").mkdir()
    (home / ".alibabacloud/credentials.ini").write_text(text)


AK = {"name": "default", "mode": "AK", "access_key_id": "cli-id", "access_key_secret": "cli-secret"}
STS = {
    "name": "prod",
    "mode": "StsToken",
    "access_key_id": "sts-id",
    "access_key_secret": "sts-secret",
    "sts_token": "sts-token",
}
INI = "[default]\ntype = access_key\naccess_key_id = ini-id\naccess_key_secret = ini-secret  # mine\n\n[prod]\ntype=access_key\naccess_key_id=ini-prod\naccess_key_secret=s%1\n"


def test_chain_environment_comes_first(tmp_path: Path) -> None:
    """A CI job sets variables to override whatever lies on the machine."""
    cli_file(tmp_path, AK)

    credentials = found(tmp_path, {**ENV, "ALIBABA_CLOUD_SECURITY_TOKEN": " tok\n"})

    assert (credentials.access_key_id, credentials.access_key_secret) == ("env-id", "env-secret")
    assert credentials.security_token == "tok"
    assert "ALIBABA_CLOUD_ACCESS_KEY_ID" in credentials.provider


@pytest.mark.parametrize("name", sorted(ENV))
def test_chain_half_a_key_in_the_environment_is_an_error(tmp_path: Path, name: str) -> None:
    """Going on would sign as somebody else than was meant."""
    cli_file(tmp_path, AK)

    with pytest.raises(CredentialsError, match="is set but"):
        found(tmp_path, {name: ENV[name]})


def test_chain_config_json_comes_before_credentials_ini(tmp_path: Path) -> None:
    """The official order."""
    cli_file(tmp_path, AK)
    ini_file(tmp_path, INI)

    assert found(tmp_path).access_key_id == "cli-id"


def test_chain_config_json_takes_the_current_profile_or_the_one_named(tmp_path: Path) -> None:
    """A target's `profile:` wins over ALIBABA_CLOUD_PROFILE, and that over the file's current one."""
    cli_file(tmp_path, AK, STS, {**AK, "name": "lab", "access_key_id": "lab-id"})

    assert found(tmp_path).access_key_id == "cli-id"
    assert found(tmp_path, {"ALIBABA_CLOUD_PROFILE": "lab"}).access_key_id == "lab-id"
    prod = found(tmp_path, {"ALIBABA_CLOUD_PROFILE": "lab"}, profile="prod")
    assert (prod.access_key_id, prod.security_token) == ("sts-id", "sts-token")
    assert "'prod'" in prod.provider


def test_chain_config_json_can_be_switched_off(tmp_path: Path) -> None:
    """As in the official chain."""
    cli_file(tmp_path, AK)
    ini_file(tmp_path, INI)

    assert found(tmp_path, {"ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "True"}).access_key_id == "ini-id"


def test_chain_credentials_ini_takes_default_or_the_section_named(tmp_path: Path) -> None:
    """Percent signs are part of a secret, a hash sign begins a comment."""
    ini_file(tmp_path, INI)

    assert found(tmp_path).access_key_secret == "ini-secret"
    assert found(tmp_path, profile="prod").access_key_secret == "s%1"


def test_chain_credentials_ini_elsewhere_is_read(tmp_path: Path) -> None:
    """ALIBABA_CLOUD_CREDENTIALS_FILE names the file."""
    (tmp_path / "keys.ini").write_text(INI)

    credentials = found(tmp_path, {"ALIBABA_CLOUD_CREDENTIALS_FILE": str(tmp_path / "keys.ini")})

    assert credentials.access_key_id == "ini-id"


def test_chain_without_any_source_says_where_it_looked(tmp_path: Path) -> None:
    """Exit code 8, with every place and the variables to set."""
    with pytest.raises(CredentialsError) as raised:
        found(tmp_path, profile="prod")

    assert raised.value.exit_code == 8
    for place in ("ALIBABA_CLOUD_ACCESS_KEY_ID", "OIDC", "config.json", "credentials.ini", "'prod'", "ECS", "URI"):
        assert place in raised.value.message
    assert "ALIBABA_CLOUD_ACCESS_KEY_SECRET" in raised.value.message


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("{", "not valid JSON"),
        ("[]", "JSON object"),
        (json.dumps({"current": "default", "profiles": [{**AK, "access_key_secret": ""}]}), "no access_key_secret"),
        (json.dumps({"current": "default", "profiles": [{**STS, "name": "default", "sts_token": 5}]}), "no sts_token"),
        (json.dumps({"current": "default", "profiles": [{"name": "default", "mode": "Magic"}]}), "'Magic'"),
    ],
)
def test_chain_broken_config_json_is_named(tmp_path: Path, config: str, words: str) -> None:
    """A file that is there and cannot be used is not passed over."""
    (tmp_path / ".aliyun").mkdir()
    (tmp_path / ".aliyun/config.json").write_text(config)

    with pytest.raises(CredentialsError, match=words) as raised:
        found(tmp_path)

    assert "config.json" in raised.value.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("access_key_secret = hush", "line 1"),
        ("[default]\nhush", "line 2"),
        ("[default]\ntype = sts\naccess_key_secret = hush", "'sts'"),
        ("[default]\ntype = access_key\naccess_key_secret = hush", "no access_key_id"),
    ],
)
def test_chain_broken_credentials_ini_is_named_without_its_secrets(tmp_path: Path, text: str, words: str) -> None:
    """The INI parser's own message quotes the line that it cannot read."""
    ini_file(tmp_path, text)

    with pytest.raises(CredentialsError, match=words) as raised:
        found(tmp_path)

    assert "hush" not in str(raised.value)


def test_chain_unreadable_file_is_an_error(tmp_path: Path) -> None:
    """A folder in place of the file, or bytes that are no text."""
    (tmp_path / ".aliyun/config.json").mkdir(parents=True)
    with pytest.raises(CredentialsError, match="cannot be read"):
        found(tmp_path)
    (tmp_path / ".aliyun/config.json").rmdir()
    (tmp_path / ".aliyun/config.json").write_bytes(b"\xff\xfe")
    with pytest.raises(CredentialsError, match="UTF-8"):
        found(tmp_path)


@pytest.mark.parametrize("source", sorted(ROLES))
def test_chain_role_without_the_vendors_package_says_what_to_install(
    tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The package is an extra; whoever needs it is told its name."""
    monkeypatch.setitem(sys.modules, "alibabacloud_credentials.provider", None)

    with pytest.raises(CredentialsError, match="not installed") as raised:
        found(tmp_path, ROLES[source])

    assert raised.value.next == 'pip install "vodplan[credentials]"'


def test_chain_role_profile_of_config_json_goes_through_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A profile that names a role is not passed over for a later source."""
    monkeypatch.setitem(sys.modules, "alibabacloud_credentials.provider", None)
    cli_file(tmp_path, {"name": "default", "mode": "RamRoleArn"})
    ini_file(tmp_path, INI)

    with pytest.raises(CredentialsError, match="mode RamRoleArn"):
        found(tmp_path)


def test_chain_role_section_of_credentials_ini_goes_through_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same for the other file."""
    monkeypatch.setitem(sys.modules, "alibabacloud_credentials.provider", None)
    ini_file(tmp_path, "[default]\ntype = ram_role_arn\n")

    with pytest.raises(CredentialsError, match="type ram_role_arn"):
        found(tmp_path)


def test_chain_without_roles_never_imports_the_vendors_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes half a second, and nobody who uses a plain key should pay for it."""
    monkeypatch.setitem(sys.modules, "alibabacloud_credentials", None)
    monkeypatch.setitem(sys.modules, "alibabacloud_credentials.provider", None)
    ini_file(tmp_path, INI)

    assert found(tmp_path).access_key_id == "ini-id"


def test_chain_failing_role_shows_no_secret(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The package puts whole answers into its messages, and into a log on the terminal."""
    (tmp_path / "token").write_text("hush-token")
    cli_file(
        tmp_path, {"name": "default", "mode": "External", "process_command": 'echo \'{"access_key_secret": "hush"}\''}
    )

    with pytest.raises(CredentialsError) as raised:
        found(tmp_path)

    assert "hush" not in str(raised.value)
    assert not logging.getLogger("credentials").handlers
    assert "hush" not in caplog.text


def test_chain_is_asked_again_on_refresh(tmp_path: Path) -> None:
    """A key that was replaced on disk while a long run goes on is found."""
    cli_file(tmp_path, AK)
    chain = default_chain(environ={}, profile=None, home=tmp_path)

    async def twice() -> list[str]:
        first = await chain.get()
        (tmp_path / ".aliyun/config.json").write_text(
            json.dumps({"current": "default", "profiles": [{**AK, "access_key_id": "newer"}]})
        )
        again = await chain.get()
        renewed = await chain.get(refresh=True)
        return [first.access_key_id, again.access_key_id, renewed.access_key_id]

    assert asyncio.run(twice()) == ["cli-id", "cli-id", "newer"]


@pytest.mark.parametrize("bad", ["a b", "a\r\nx-acs-action: y", "ключ", ""])
def test_credentials_that_no_header_can_hold_are_refused(bad: str) -> None:
    """A line break in a key would be a second header."""
    with pytest.raises(CredentialsError):
        static(bad, "secret")


def test_credentials_repr_hides_secret_and_token() -> None:
    """Tracebacks show values."""
    text = repr(Credentials("id", "hush-secret", "hush-token", "here"))

    assert "id" in text
    assert "hush" not in text
