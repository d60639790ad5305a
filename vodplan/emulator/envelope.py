"""Answers as bytes: JSON, or XML for those who do not ask for JSON, and the HTML of a gateway."""

from collections.abc import Mapping
from html import escape

import orjson

from .errors import Refusal

Headers = list[tuple[bytes, bytes]]


def error_body(refused: Refusal, *, request_id: str, host: str) -> dict[str, object]:
    """The flat object of every refusal."""
    return {
        "RequestId": request_id,
        "HostId": host,
        "Code": refused.code,
        "Message": refused.message,
        "Recommend": f"https://api.alibabacloud.com/troubleshoot?q={refused.code}&product=vod&requestId={request_id}",
    }


def json_bytes(body: Mapping[str, object]) -> bytes:
    """Compact UTF-8 JSON."""
    return orjson.dumps(body)


def xml_bytes(root: str, body: Mapping[str, object]) -> bytes:
    """The same content as XML: a list repeats its element."""
    return ('<?xml version="1.0" encoding="UTF-8"?>' + _element(root, body)).encode()


def _element(name: str, value: object) -> str:
    if isinstance(value, orjson.Fragment):
        value = orjson.loads(orjson.dumps(value))
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(_element(str(key), item) for key, item in value.items())}</{name}>"
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    clean = "".join(char for char in text if char in "\t\n\r" or ord(char) >= 0x20)
    return f"<{name}>{escape(clean, quote=False)}</{name}>"


def gateway_page(status: int, reason: str) -> bytes:
    """The HTML that a gateway answers with on its own account."""
    title = f"{status} {reason}"
    return (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
        "<hr><center>gateway (emulated)</center>\r\n</body>\r\n</html>\r\n"
    ).encode()
