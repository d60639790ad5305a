"""One request as it came over the wire, taken apart once."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from .errors import invalid


def _pairs(raw: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(raw, keep_blank_values=True, errors="strict", max_num_fields=500) if raw else []
    except ValueError as error:
        raise invalid("The parameters are not percent-encoded UTF-8, or there are too many.") from error


@dataclass(slots=True, kw_only=True)
class WireRequest:
    """Method, raw query, lower-case headers and body, with the parameters decoded."""

    method: str
    path: str
    raw_query: str
    headers: dict[str, str]
    body: bytes = b""
    query: list[tuple[str, str]] = field(default_factory=list)
    form: list[tuple[str, str]] = field(default_factory=list)

    def parse(self) -> None:
        """Decode query and form; `InvalidParameter` when they are not percent-encoded UTF-8."""
        self.query = _pairs(self.raw_query)
        if self.body and self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            try:
                self.form = _pairs(self.body.decode("ascii"))
            except UnicodeDecodeError as error:
                raise invalid("The form body is not percent-encoded.") from error

    @property
    def is_v3(self) -> bool:
        """Whether the request claims to be signed with ACS3-HMAC-SHA256."""
        headers = self.headers
        return "authorization" in headers or ("x-acs-date" in headers and "x-acs-signature-nonce" in headers)
