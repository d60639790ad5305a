"""Everything vodplan raises on purpose, with the exit code each ends a command with.

VodplanError
├─ UsageError          64   the command line asks for something that does not exist
├─ ManifestError        3   carries every Diagnostic of every file
├─ ConfigError          3   the project file, the environment or a plan file cannot be used
├─ Refused              4   a guard, or an approval that is missing
├─ StalePlan            5   lists what moved since the plan was made
├─ ApplyIncomplete      6   carries the ApplyReport
├─ Locked               7   another run holds the target
├─ CredentialsError     8   none found, or the service refused them
├─ StoreError           1   the journal or the run history cannot be written or read
├─ ApiError             1   operation, status, code, request id
│   ├─ NotFound · Forbidden · Throttled · Unavailable · InvalidAnswer · RefusedByService
│   └─ UnknownOutcome       sent, but no answer came: never repeated blindly
└─ BugError            70   vodplan is wrong, not the user
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

CHECK = "vodplan doctor"
"""The command that tells whether advice was followed with success."""

if TYPE_CHECKING:
    from vodplan.core.diagnostics import Diagnostic
    from vodplan.core.report import ApplyReport


class VodplanError(Exception):
    """The root of everything vodplan raises on purpose.

    message: what happened and why, full sentences, no trailing command; advice to a person comes last.
    next:    the command that gets the user further; shown on a line of its own. Where an error is made with a sentence
             instead (`Set the clock …`), the sentence is advice and ends the message, and `CHECK` is the command.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, next: str = "") -> None:
        if next[:1].isupper():
            message, next = f"{message} {next.removesuffix('.')}.", CHECK
        super().__init__(message)
        self.message = message
        self.next = next


class UsageError(VodplanError):
    """The command line cannot be understood."""

    exit_code = 64


class ManifestError(VodplanError):
    """The manifests or the project file are not valid; `diagnostics` has every finding, in order of file and line."""

    exit_code = 3

    def __init__(self, diagnostics: Sequence[Diagnostic], *, next: str = "vodplan validate", where: str = "") -> None:
        count = len(diagnostics)
        where = where or ("project file" if all(one.code.startswith("VP2") for one in diagnostics) else "manifests")
        super().__init__(f"{count} error{'s' if count != 1 else ''} in the {where}.", next=next)
        self.diagnostics = tuple(diagnostics)


class ConfigError(VodplanError):
    """The project file, a setting in the environment or a plan file cannot be used."""

    exit_code = 3


class Refused(VodplanError):
    """A guard holds, or an approval is missing; nothing was written."""

    exit_code = 4


class StalePlan(VodplanError):
    """Live values moved since the plan was made; nothing was written.

    moved: one line per field that moved, `ADDRESS FIELD: planned on …, now …`, unescaped.
    """

    exit_code = 5

    def __init__(self, message: str, *, moved: Sequence[str] = (), next: str = "vodplan plan") -> None:
        super().__init__(message, next=next)
        self.moved = tuple(moved)


class ApplyIncomplete(VodplanError):
    """Some changes failed, were held, or have no known outcome; `report` says which."""

    exit_code = 6

    def __init__(self, message: str, report: ApplyReport, *, next: str = "vodplan plan") -> None:
        super().__init__(message, next=next)
        self.report = report


class Locked(VodplanError):
    """Another run holds the target's lease."""

    exit_code = 7


class CredentialsError(VodplanError):
    """No credentials were found, or the service refused them."""

    exit_code = 8


class StoreError(VodplanError):
    """The store (journal, run history, locks) cannot be read or written."""


class BugError(VodplanError):
    """vodplan itself is wrong; the message says what to paste into a report."""

    exit_code = 70


class ApiError(VodplanError):
    """A call to the service failed.

    operation:  `GetVideoInfos`, ….
    status:     the HTTP status, None when no answer came.
    code:       the service's error code, or one named after the status when the body was not JSON.
    request_id: the service's request id, empty when unknown.
    """

    def __init__(
        self,
        message: str,
        *,
        operation: str,
        status: int | None = None,
        code: str = "",
        request_id: str = "",
        next: str = "vodplan doctor",
    ) -> None:
        super().__init__(message, next=next)
        self.operation = operation
        self.status = status
        self.code = code
        self.request_id = request_id


class NotFound(ApiError):
    """The service says that the thing named does not exist."""


class Forbidden(ApiError):
    """The key may not call this operation or touch this asset (HTTP 403)."""


class Throttled(ApiError):
    """The account's rate is used up, and stayed so through every retry."""


class Unavailable(ApiError):
    """No connection, or the service is down; nothing was done by this call, or the call was a read."""


class InvalidAnswer(ApiError):
    """The answer is not what the service documents: HTML, cut JSON, a missing id."""


class RefusedByService(ApiError):
    """The service refused the request for what it asks (any other 4xx)."""


class UnknownOutcome(ApiError):
    """A write was sent and no answer came: it may or may not have been done; only a read can tell."""
