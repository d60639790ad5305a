"""Exchanges the workflow's identity for a token file that the credential chain takes a RAM role with.

Environment: INPUT_ROLE and INPUT_OIDC_PROVIDER (ARNs), what the host sets for jobs with `id-token: write`
(ACTIONS_ID_TOKEN_REQUEST_URL and …_TOKEN), RUNNER_TEMP, GITHUB_ENV. Later steps find ALIBABA_CLOUD_ROLE_ARN,
ALIBABA_CLOUD_OIDC_PROVIDER_ARN and ALIBABA_CLOUD_OIDC_TOKEN_FILE (docs/credentials.md). Standard library only.
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path

AUDIENCE = "sts.aliyuncs.com"
"""Whom the token is for, as the provider in RAM has it among its client ids."""

SECONDS = 30
_ARN = re.compile(r"acs:ram::[0-9]+:[\w.@/:-]+")


class NoIdentity(Exception):
    """The host gives no token; says why and what to do."""


def token(environ: Mapping[str, str]) -> str:
    """Ask the host for the identity of this job; raises NoIdentity."""
    url, bearer = environ.get("ACTIONS_ID_TOKEN_REQUEST_URL"), environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    if not url or not bearer:
        raise NoIdentity(
            "The job may not ask for an identity. Give it `permissions: {id-token: write, contents: read}`; a pull "
            "request from a fork never gets one."
        )
    separator = "&" if urllib.parse.urlsplit(url).query else "?"
    request = urllib.request.Request(
        f"{url}{separator}audience={AUDIENCE}", headers={"Authorization": f"Bearer {bearer}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            value = json.load(answer).get("value")
    except (OSError, ValueError) as error:
        raise NoIdentity(f"The host gave no identity: {error}.") from error
    if not isinstance(value, str) or not value:
        raise NoIdentity("The host's answer holds no identity.")
    return value


def main(environ: Mapping[str, str]) -> None:
    """Write the token file and tell later steps of it; raises NoIdentity."""
    role, provider = environ.get("INPUT_ROLE", ""), environ.get("INPUT_OIDC_PROVIDER", "")
    for name, arn in (("role", role), ("oidc-provider", provider)):
        if not _ARN.fullmatch(arn):
            raise NoIdentity(f"{name} is {arn!r}; it is an ARN such as acs:ram::1234567890123456:role/vodplan-plan.")
    value = token(environ)
    print(f"::add-mask::{value}")
    path = Path(environ["RUNNER_TEMP"]) / "vodplan-identity"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(value)
    with Path(environ["GITHUB_ENV"]).open("a", encoding="utf-8") as file:
        file.write(
            f"ALIBABA_CLOUD_ROLE_ARN={role}\n"
            f"ALIBABA_CLOUD_OIDC_PROVIDER_ARN={provider}\n"
            f"ALIBABA_CLOUD_OIDC_TOKEN_FILE={path}\n"
        )


if __name__ == "__main__":
    try:
        main(os.environ)
    except NoIdentity as error:
        print(f"::error title=vodplan::{error}")
        sys.exit(8)
