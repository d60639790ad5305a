"""Who signs the requests: the official provider chain, in its order.

Environment, OIDC, `~/.aliyun/config.json`, `~/.alibabacloud/credentials.ini`, ECS role, URI. Fixed keys are read here;
roles go through the vendor's package (`vod.roles`), which is imported only when such a source is configured. A source
that is configured but cannot be used ends the search with an error: going on could sign as somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from vodplan.core.errors import CredentialsError

ID = "ALIBABA_CLOUD_ACCESS_KEY_ID"
SECRET = "ALIBABA_CLOUD_ACCESS_KEY_SECRET"
TOKEN = "ALIBABA_CLOUD_SECURITY_TOKEN"
PROFILE = "ALIBABA_CLOUD_PROFILE"
SET_KEYS = f"Set {ID} and {SECRET} (and {TOKEN} for temporary keys), or see docs/credentials.md."

_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Credentials:
    """One key, as it signs.

    security_token: set for temporary (STS) keys.
    provider:       where the key came from, in words; no secret in it.
    """

    access_key_id: str
    access_key_secret: str = field(repr=False)
    security_token: str | None = field(repr=False)
    provider: str

    def __post_init__(self) -> None:
        for name, value in (("access key ID", self.access_key_id), ("security token", self.security_token)):
            if value is not None and not _HEADER_SAFE.fullmatch(value):
                raise CredentialsError(
                    f"The {name} from {self.provider} holds blanks, line breaks or other characters that no key has.",
                    next=SET_KEYS,
                )


class CredentialsProvider(Protocol):
    """Gives the key to sign with."""

    async def get(self, *, refresh: bool = False) -> Credentials:
        """The current key.

        refresh: ask the source again, because the service says that the last key has expired.
        raises:  CredentialsError.
        """
        ...


class Static:
    """One fixed key."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    async def get(self, *, refresh: bool = False) -> Credentials:
        """See `CredentialsProvider.get`."""
        return self._credentials


Finder = Callable[[], CredentialsProvider | None]
"""Looks at one source; None when it is not configured; raises CredentialsError when it is but cannot be used."""


class Chain:
    """The first source that is configured, looked for once and again on every refresh."""

    def __init__(self, finders: tuple[Finder, ...], *, looked_at: str) -> None:
        self._finders = finders
        self._looked_at = looked_at
        self._chosen: CredentialsProvider | None = None

    async def get(self, *, refresh: bool = False) -> Credentials:
        """See `CredentialsProvider.get`."""
        if self._chosen is None or refresh:
            self._chosen = self._find()
        return await self._chosen.get(refresh=refresh)

    def _find(self) -> CredentialsProvider:
        for finder in self._finders:
            if (provider := finder()) is not None:
                return provider
        raise CredentialsError(f"No credentials were found. Looked at: {self._looked_at}.", next=SET_KEYS)


def static(access_key_id: str, access_key_secret: str, security_token: str | None = None) -> CredentialsProvider:
    """A provider of the one key given."""
    return Static(Credentials(access_key_id, access_key_secret, security_token, "the keys given"))


def default_chain(*, environ: Mapping[str, str], profile: str | None, home: Path) -> CredentialsProvider:
    """The official chain over this environment.

    profile: the profile or section to take from the two files; None for `ALIBABA_CLOUD_PROFILE`, and without that the
             current profile of `config.json` and the section `default` of `credentials.ini`.
    home:    the folder that holds `.aliyun` and `.alibabacloud`.
    source:  page «Manage access credentials», the vendor's package alibabacloud_credentials.
    """
    from vodplan.vod import credential_files as files
    from vodplan.vod import roles

    wanted = profile or environ.get(PROFILE, "").strip() or None
    cli_path = home / ".aliyun" / "config.json"
    ini_path = Path(environ.get("ALIBABA_CLOUD_CREDENTIALS_FILE", "").strip() or home / ".alibabacloud/credentials.ini")
    cli_off = environ.get("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "").strip().lower() == "true"
    finders: list[Finder] = [
        lambda: from_environment(environ),
        lambda: roles.from_oidc(environ),
        lambda: None if cli_off else files.from_cli_file(cli_path, wanted),
        lambda: files.from_ini_file(ini_path, wanted),
        lambda: roles.from_ecs(environ),
        lambda: roles.from_uri(environ),
    ]
    looked_at = (
        f"the environment ({ID}), OIDC (ALIBABA_CLOUD_ROLE_ARN, ALIBABA_CLOUD_OIDC_PROVIDER_ARN and "
        f"ALIBABA_CLOUD_OIDC_TOKEN_FILE), {_of(wanted, 'profile')}{cli_path}, {_of(wanted, 'section')}{ini_path}, "
        "ALIBABA_CLOUD_ECS_METADATA and ALIBABA_CLOUD_CREDENTIALS_URI"
    )
    return Chain(tuple(finders), looked_at=looked_at)


def from_environment(environ: Mapping[str, str]) -> CredentialsProvider | None:
    """The key of the environment; half a key is an error."""
    access_key_id, secret, token = (environ.get(name, "").strip() for name in (ID, SECRET, TOKEN))
    if not access_key_id and not secret:
        return None
    if not (access_key_id and secret):
        here, gone = (ID, SECRET) if access_key_id else (SECRET, ID)
        raise CredentialsError(f"{here} is set but {gone} is not.", next=SET_KEYS)
    return Static(Credentials(access_key_id, secret, token or None, f"the environment ({ID})"))


def _of(name: str | None, what: str) -> str:
    return f"{what} {name!r} of " if name else ""
