"""The human page at `/`: what this is, what the library holds, the last calls, the faults in force."""

import time
import unicodedata
from collections.abc import Sequence
from html import escape

from .faults import Distribution, FaultKind, FaultRule
from .rows import VideoRow
from .state import EmulatorState

LONGEST = 80
"""Characters of any one text that the page shows."""

_JOINER = "\u200d"
"""Holds emoji together; the one character without a form of its own that is shown as it is."""

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1d2433;"
    "background:#fff}h1{font-size:1.4rem}h2{font-size:1.05rem;margin-top:2rem}"
    "table{border-collapse:collapse;width:100%}"
    "td,th{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #dfe3ea;font-size:.9rem;"
    "vertical-align:top;overflow:hidden;overflow-wrap:break-word;word-break:normal}"
    ".number td:last-child,.number th:last-child{text-align:right;width:8rem}"
    ".calls td:first-child,.calls th:first-child{white-space:nowrap;width:5rem}"
    ".calls{table-layout:fixed}.calls th:nth-child(2){width:12rem}.calls th:nth-child(4){width:11rem}"
    ".calls th:nth-child(5){width:6rem}.faults{table-layout:fixed}.faults th:first-child{width:7rem}"
    ".note{background:#fff4d6;padding:.75rem 1rem;border-radius:.4rem}"
    ".covers{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:.75rem}"
    ".covers img{width:100%;aspect-ratio:16/9;border-radius:.3rem;background:#dfe3ea}"
    "figure{margin:0;min-width:0}figcaption{font-size:.8rem;overflow:hidden;overflow-wrap:anywhere;max-height:4.5em}"
    "code{font-size:.9em;overflow-wrap:anywhere}"
    "@media(max-width:40rem){body{margin:1rem auto}.rows thead{display:none}.rows tr{display:block;padding:.4rem 0;"
    "border-bottom:1px solid #dfe3ea}.rows td{display:block;border:0;padding:0;"
    "width:auto!important;overflow-wrap:anywhere}"
    ".rows td:empty{display:none}.rows td::before{content:attr(data-name) ': ';color:#5b6475}}"
)


def shown(text: str, longest: int = LONGEST) -> str:
    """A stranger's text for HTML: escaped, cut, its direction kept to itself, unseen characters made visible."""
    cut = text[:longest]
    seen = "".join(
        f"\\u{ord(char):04x}" if unicodedata.category(char)[0] in "CZ" and char not in (" ", _JOINER) else char
        for char in cut
    )
    left = f"… ({len(text):,} characters)" if len(text) > longest else ""
    return f"<bdi>{escape(seen)}</bdi>{left}" if seen else ""


def _table(name: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table of cells that are HTML already."""
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join(
        "<tr>"
        + "".join(f"<td data-name='{escape(head)}'>{cell}</td>" for head, cell in zip(heads, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f"<table class='{name}'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _covers(state: EmulatorState) -> str:
    now = state.settings.now()
    # By type, for which there is an index: the page must not hold up the calls of a library of a million.
    rows = state.db.rows(
        "SELECT * FROM videos WHERE media_type = 'video' AND cover LIKE '/media/%' "
        "ORDER BY modified DESC, id DESC LIMIT 8"
    )
    out: list[str] = []
    for row in rows:
        video = VideoRow._make(row)
        source = state.urls.url(video.cover or "", now).removeprefix(state.urls.base)
        title = shown(video.title or "(no title)")
        out.append(f'<figure><img src="{escape(source)}" alt=""><figcaption>{title}</figcaption></figure>')
    return "".join(out)


def _calls(state: EmulatorState) -> list[tuple[str, ...]]:
    return [
        (
            time.strftime("%H:%M:%S", time.gmtime(record.at)),
            shown(record.action or "(none)", 40),
            " ".join(shown(one, 40) for one in record.ids[:3])
            + (f" and {len(record.ids) - 3:,} more" if len(record.ids) > 3 else ""),
            shown(f"{record.status} {record.code}".strip() if record.status else "connection cut"),
            escape(", ".join(record.faults)),
        )
        for record in reversed(state.log.records()[-25:])
    ]


def _which(rule: FaultRule) -> str:
    parts = []
    if rule.nth:
        parts.append("call " + ", ".join(map(str, sorted(rule.nth)[:10])) + (", …" if len(rule.nth) > 10 else ""))
    if rule.every:
        parts.append(f"one call in {rule.every}")
    if rule.probability is not None:
        parts.append(f"{rule.probability:.0%} of calls")
    most = "" if rule.times is None else f", at most {rule.times} time{'s' * (rule.times != 1)}"
    return (" and ".join(parts) or "every call") + most


def _what(rule: FaultRule) -> str:
    low, high = rule.ms
    parts = [] if not high else [f"{low:g} ms" if low == high else f"{low:g} to {high:g} ms"]
    if rule.kind is FaultKind.LATENCY and rule.distribution is not Distribution.UNIFORM:
        parts.append(rule.distribution.value)
    parts += [shown(str(one), 40) for one in (rule.status, rule.code, rule.video, rule.image) if one]
    if rule.seconds:
        parts.append(f"{rule.seconds:g} s")
    parts += [f"{shown(name, 20)} = {shown(value, 40)}" for name, value in rule.values.items()]
    return ", ".join(parts)


def human_page(state: EmulatorState) -> bytes:
    """Plain HTML without a script; every text of the library and of callers goes through `shown`."""
    counts = [(name, f"{number:,}") for name, number in state.db.counts().items()]
    faults = [(rule.kind.value, shown(rule.operation, 40), _which(rule), _what(rule)) for rule in state.faults.rules]
    calls = _calls(state)
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>vodplan emulator</title>",
        "<meta name='viewport' content='width=device-width, initial-scale=1'>",
        f"<style>{_STYLE}</style></head><body><h1>vodplan emulator</h1>",
        "<p class='note'>This is <strong>not</strong> the ApsaraVideo VOD service. It is a double of it on this "
        "machine, for writing manifests and running tests; nothing here reaches an account.</p>",
        f"<p>Region {shown(state.settings.region)}. Pictures at <code>{escape(state.urls.base)}</code>. "
        f"Quotas {'on' if state.settings.quotas else 'off'}.</p><h2>Library</h2>",
        _table("number", ("what", "count"), counts),
        f"<h2>Lately changed</h2><div class='covers'>{_covers(state)}</div>",
        f"<h2>Last calls ({state.log.total:,} since the start)</h2>",
        _table("calls rows", ("UTC", "operation", "ids", "answer", "faults"), calls) if calls else "<p>None.</p>",
        "<h2>Faults in force</h2>",
        _table("faults rows", ("kind", "operation", "which calls", "what"), faults) if faults else "<p>None.</p>",
        "</body></html>",
    ]
    # A text with half a surrogate pair cannot be encoded; JSON lets such texts in.
    return "".join(parts).encode(errors="replace")
