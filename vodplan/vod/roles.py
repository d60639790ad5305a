"""Credentials that must be fetched: roles, single sign-on, a local address.

The vendor's package does the fetching and the renewing. It is an extra (`vodplan[credentials]`) and is imported here,
inside functions, because it takes half a second and brings twenty packages.
"""

from __future__ import annotations

import importlib
import logging
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from vodplan.core.errors import CredentialsError
from vodplan.vod.credentials import SET_KEYS, Credentials, CredentialsProvider

OIDC_NAMES = ("ALIBABA_CLOUD_ROLE_ARN", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABA_CLOUD_OIDC_TOKEN_FILE")
ECS_NAME = "ALIBABA_CLOUD_ECS_METADATA"
ECS_OFF = "ALIBABA_CLOUD_ECS_METADATA_DISABLED"
URI_NAME = "ALIBABA_CLOUD_CREDENTIALS_URI"
INSTALL = 'pip install "vodplan[credentials]"'

_SECRET_MEMBER = re.compile(
    r"""(?i)(["']?\w*(?:secret|token|accesskey|access_key)\w*["']?\s*[:=]\s*)["']?[^"',\s}]+["']?"""
)


class Fetched:
    """A key that the vendor's package fetches, and fetches again before it expires."""

    def __init__(self, where: str, build: Callable[[ModuleType], Any]) -> None:
        self._where = where
        self._build = build
        self._source: Any = None

    async def get(self, *, refresh: bool = False) -> Credentials:
        """See `CredentialsProvider.get`."""
        package = _package(self._where)
        try:
            if self._source is None or refresh:
                self._source = self._build(package)
            got = await self._source.get_credentials_async()
            key, secret, token = got.get_access_key_id(), got.get_access_key_secret(), got.get_security_token()
        except Exception as error:  # the package raises whatever its parts raise
            raise CredentialsError(
                f"{_capital(self._where)} gave no credentials: {_without_secrets(str(error)) or type(error).__name__}.",
                next=SET_KEYS,
            ) from None
        if not (key and secret):
            raise CredentialsError(f"{_capital(self._where)} gave an empty key.", next=SET_KEYS)
        return Credentials(key, secret, token or None, self._where)


def from_oidc(environ: Mapping[str, str]) -> CredentialsProvider | None:
    """A role taken with an OIDC token, as in Kubernetes and in CI; None unless all three variables are set."""
    role, provider, token_file = (environ.get(name, "").strip() for name in OIDC_NAMES)
    if not (role and provider and token_file):
        return None
    session = environ.get("ALIBABA_CLOUD_ROLE_SESSION_NAME", "").strip() or "vodplan"
    return Fetched(
        f"OIDC ({OIDC_NAMES[0]})",
        lambda package: package.OIDCRoleArnCredentialsProvider(
            role_arn=role, oidc_provider_arn=provider, oidc_token_file_path=token_file, role_session_name=session
        ),
    )


def from_ecs(environ: Mapping[str, str]) -> CredentialsProvider | None:
    """The role of the ECS instance, only when the environment names it.

    The metadata address is never tried on the off chance: elsewhere it does not answer, and every command would wait.
    """
    role = environ.get(ECS_NAME, "").strip()
    if not role or environ.get(ECS_OFF, "").strip().lower() == "true":
        return None
    return Fetched(
        f"the ECS instance role {role!r} ({ECS_NAME})",
        lambda package: package.EcsRamRoleCredentialsProvider(role_name=role, async_update_enabled=False),
    )


def from_uri(environ: Mapping[str, str]) -> CredentialsProvider | None:
    """A key served at an address; None unless the variable is set."""
    uri = environ.get(URI_NAME, "").strip()
    if not uri:
        return None
    return Fetched(f"the address in {URI_NAME}", lambda package: package.URLCredentialsProvider(uri=uri))


def from_cli_profile(path: Path, name: str, *, where: str) -> CredentialsProvider:
    """A profile of the command line program's file that names a role or a sign-on."""
    return Fetched(
        where, lambda package: package.CLIProfileCredentialsProvider(profile_file=str(path), profile_name=name)
    )


def from_ini_section(path: Path, name: str, *, where: str) -> CredentialsProvider:
    """A section of the credentials file that names a role."""
    return Fetched(where, lambda package: package.ProfileCredentialsProvider(profile_file=str(path), profile_name=name))


def _package(where: str) -> ModuleType:
    try:
        package = importlib.import_module("alibabacloud_credentials.provider")
    except ImportError as error:
        raise CredentialsError(
            f"{_capital(where)} is configured, and needs the vendor's credentials package, which is not installed.",
            next=INSTALL,
        ) from error
    # On import the package sends its log, answers with keys included, to the terminal.
    logger = logging.getLogger("credentials")
    logger.handlers.clear()
    logger.propagate = False
    logger.setLevel(logging.CRITICAL + 1)
    return package


def _without_secrets(text: str) -> str:
    return _SECRET_MEMBER.sub(r"\1(hidden)", " ".join(text.split()))[:300].rstrip(".")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
