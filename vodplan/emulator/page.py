"""The human page at `/`: what this is, what the library holds, the last calls, the faults in force."""

import time
from collections.abc import Sequence
from html import escape

from .rows import VideoRow
from .state import EmulatorState

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1d2433}"
    "h1{font-size:1.4rem}h2{font-size:1.05rem;margin-top:2rem}table{border-collapse:collapse;width:100%}"
    "td,th{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #dfe3ea;font-size:.9rem;"
    "vertical-align:top;overflow-wrap:anywhere}.note{background:#fff4d6;padding:.75rem 1rem;border-radius:.4rem}"
    ".covers{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:.75rem}"
    ".covers img{width:100%;border-radius:.3rem}figure{margin:0}figcaption{font-size:.8rem}code{font-size:.9em}"
)


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _covers(state: EmulatorState) -> str:
    now = state.settings.now()
    rows = state.db.rows("SELECT * FROM videos WHERE cover LIKE '/media/%' ORDER BY modified DESC, id LIMIT 8")
    out: list[str] = []
    for row in rows:
        video = VideoRow._make(row)
        source = state.urls.url(video.cover or "", now).removeprefix(state.urls.base)
        title = escape(video.title or "(no title)")
        out.append(f'<figure><img src="{escape(source)}" alt=""><figcaption>{title}</figcaption></figure>')
    return "".join(out)


def human_page(state: EmulatorState) -> bytes:
    """Plain HTML without a script; every text of the library is escaped."""
    counts = state.db.counts()
    calls = [
        (
            time.strftime("%H:%M:%S", time.gmtime(record.at)),
            record.action or "(none)",
            " ".join(record.ids[:3]) + (" and more" if len(record.ids) > 3 else ""),
            "cut" if not record.status else f"{record.status} {record.code}".strip(),
            ", ".join(record.faults),
        )
        for record in reversed(state.log.records()[-25:])
    ]
    faults = [(rule.kind.value, rule.operation) for rule in state.faults.rules]
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>vodplan emulator</title>",
        "<meta name='viewport' content='width=device-width'>",
        f"<style>{_STYLE}</style></head><body><h1>vodplan emulator</h1>",
        "<p class='note'>This is <strong>not</strong> the ApsaraVideo VOD service. It is a double of it on this "
        "machine, for writing manifests and running tests; nothing here reaches an account.</p>",
        f"<p>Region {escape(state.settings.region)}. Pictures at <code>{escape(state.urls.base)}</code>. "
        f"Quotas {'on' if state.settings.quotas else 'off'}.</p><h2>Library</h2>",
        _table(("what", "count"), [(name, f"{number:,}") for name, number in counts.items()]),
        f"<h2>Lately changed</h2><div class='covers'>{_covers(state)}</div>",
        f"<h2>Last calls ({state.log.total:,} since the start)</h2>",
        _table(("UTC", "operation", "ids", "answer", "faults"), calls),
        "<h2>Faults in force</h2>",
        _table(("kind", "operation"), faults) if faults else "<p>None.</p>",
        "</body></html>",
    ]
    return "".join(parts).encode()
