"""The two credential files of the official chain.

Both belong to other programs: they are read, never written.
"""

from __future__ import annotations

import configparser
import json
from collections.abc import Mapping
from pathlib import Path

from vodplan.core.errors import CredentialsError
from vodplan.vod import roles
from vodplan.vod.credentials import SET_KEYS, Credentials, CredentialsProvider, Static

CLI_ROLE_MODES = frozenset({"RamRoleArn", "EcsRamRole", "OIDC", "ChainableRamRoleArn", "CloudSSO", "OAuth", "External"})
INI_ROLE_TYPES = frozenset({"ram_role_arn", "oidc_role_arn", "ecs_ram_role", "rsa_key_pair"})


def from_cli_file(path: Path, profile: str | None) -> CredentialsProvider | None:
    """The profile of the vendor's command line program; None when the file or the profile is not there.

    profile: None for the one the file calls current.
    raises:  CredentialsError when the file cannot be read, or the profile lacks what its mode needs.
    """
    text = _read(path)
    if text is None:
        return None
    try:
        config = json.loads(text)
    except ValueError as error:
        raise CredentialsError(f"{path} is not valid JSON: {error}.", next="aliyun configure") from error
    if not isinstance(config, Mapping):
        raise CredentialsError(f"{path} does not hold a JSON object.", next="aliyun configure")
    name = profile or config.get("current")
    profiles = config.get("profiles")
    found = [p for p in profiles if isinstance(p, Mapping)] if isinstance(profiles, list) else []
    for entry in found:
        if name and entry.get("name") == name:
            return _cli_profile(path, str(name), {str(key): value for key, value in entry.items()})
    return None


def from_ini_file(path: Path, section: str | None) -> CredentialsProvider | None:
    """The section of the credentials file; None when the file or the section is not there.

    section: None for `default`.
    raises:  CredentialsError when the file cannot be read, or the section lacks what its type needs.
    """
    text = _read(path)
    if text is None:
        return None
    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise CredentialsError(f"{path} is not a valid INI file (at {_place(error)}).", next=SET_KEYS) from error
    name = section or "default"
    if not parser.has_section(name):
        return None
    # The vendor's reader takes everything after a hash sign for a comment, in values too.
    values = {key: value.partition("#")[0].strip() for key, value in parser.items(name)}
    where = f"section {name!r} of {path}"
    kind = values.get("type", "")
    if kind == "access_key":
        key, secret = _needed(where, values, "access_key_id", "access_key_secret")
        return Static(Credentials(key, secret, None, where))
    if kind in INI_ROLE_TYPES:
        return roles.from_ini_section(path, name, where=f"{where} (type {kind})")
    known = ", ".join(sorted({"access_key", *INI_ROLE_TYPES}))
    raise CredentialsError(f"The {where} has type {kind!r}; the types known are {known}.", next=SET_KEYS)


def _cli_profile(path: Path, name: str, entry: Mapping[str, object]) -> CredentialsProvider:
    where = f"profile {name!r} of {path}"
    mode = entry.get("mode")
    if mode == "AK":
        key, secret = _needed(where, entry, "access_key_id", "access_key_secret")
        return Static(Credentials(key, secret, None, where))
    if mode == "StsToken":
        key, secret, token = _needed(where, entry, "access_key_id", "access_key_secret", "sts_token")
        return Static(Credentials(key, secret, token, where))
    if mode in CLI_ROLE_MODES:
        return roles.from_cli_profile(path, name, where=f"{where} (mode {mode})")
    known = ", ".join(sorted({"AK", "StsToken", *CLI_ROLE_MODES}))
    raise CredentialsError(f"The {where} has mode {str(mode)!r}; the modes known are {known}.", next="aliyun configure")


def _needed(where: str, values: Mapping[str, object], *names: str) -> tuple[str, ...]:
    found = []
    for name in names:
        value = values.get(name)
        if not isinstance(value, str) or not value.strip():
            raise CredentialsError(f"The {where} has no {name}.", next=SET_KEYS)
        found.append(value.strip())
    return tuple(found)


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise CredentialsError(f"{path} cannot be read: {reason}.", next=SET_KEYS) from error


def _place(error: configparser.Error) -> str:
    # The parser's own message quotes the line, which may hold a secret.
    line = getattr(error, "lineno", None)
    if line is None and isinstance(error, configparser.ParsingError) and error.errors:
        line = error.errors[0][0]
    return f"line {line}" if line else "an unknown line"
