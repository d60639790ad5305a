"""What strangers may have typed into a title, a tag or a file's name, and ways to put it everywhere."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping, Sequence
from typing import Any

from vodplan.core.driftfile import drift_bytes
from vodplan.core.errors import VodplanError
from vodplan.core.planfile import plan_bytes
from vodplan.render.results import DriftShown, PlanShown, Result

CORPUS: Mapping[str, str] = {
    "color": "\x1b[31mred\x1b[0m",
    "clear": "\x1b[2J\x1b[H",
    "title of the window": "\x1b]0;owned\x07",
    "link of a terminal": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "device control": "\x1bP0;1|17/ab\x1b\\",
    "eight-bit controls": "\x9b31m \x90x\x9c \x9d0;t\x9c \x85 \x8d",
    "bell": "a\x07\x08\x7f\x00b",
    "carriage return": "good\rbad",
    "lines": "one\ntwo\r\nthree\tfour\x0b\x0c",
    "separators": "a\u2028b\u2029c\x1c\x1d\x1e",
    "override": "exe\u202egpj.mp4",
    "embedding": "\u202a\u202b\u202d\u202cx",
    "isolates": "\u2066a\u2067b\u2068c\u2069",
    "marks": "\u200e\u200f\u061c",
    "zero width": "a\u200bb\u200cc\u200dd\u2060e\ufeff",
    "byte order mark": "\ufeffTitle",
    "variation selectors": "a\ufe00b\ufe0f\U000e0100",
    "tag characters": "x\U000e0041\U000e0042\U000e007f",
    "fillers": "\u3164\u115f\u2800\uffa0",
    "only blank": " \u3000\u00a0 ",
    "html": '<b>&lt;</b><img src=x onerror="alert(1)">',
    "script": "</script><script>alert(1)</script>",
    "attribute": "\"onmouseover=alert(1) x='` y=>",
    "comment": "--><svg onload=alert(1)><!--",
    "end of everything": "</title></style></textarea></template></bdi></td></table></pre>",
    "javascript": "javascript:alert(document.domain)",
    "javascript, hidden": " \x01java\tscript:alert(1)",
    "data": "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "picture": "https://evil.example/p.png?x=\"onload='",
    "policy": "https://evil.example; script-src *",
    "template": "{{ 7*7 }} {% raw %} ${7*7} #{7}",
    "link": "[click](https://evil.example) ![p](http://evil.example/p.png) [r]: http://evil.example",
    "autolinks": "https://evil.example www.evil.example <https://evil.example> a@evil.example",
    "mentions": "@octocat @org/team #12 !5 ~bug %1 $3 &4 GH-1 org/repo#7 0123456789abcdef0123456789abcdef01234567",
    "emoji names": ":x: :tada:",
    "headings": "# Title\n## More\nx\n===\n---",
    "lists": "- a\n* b\n1. c\n- [x] done\n> quote\n\n    code",
    "table": "| a | b |\n|---|---|\n| c | d |",
    "fences": "```\n~~~\n````\n$$x$$ $`y`$",
    "ticks": "`a` ``b`` `",
    "one tick": "`",
    "many ticks": "`" * 300,
    "backslashes": "\\` \\\\` \\*",
    "entities": "&lt;b&gt; &#60; &copy;",
    "emphasis": "**b** _i_ ~~s~~ ==m== [^1] [[_TOC_]]",
    "orders": "\n/merge\n/close",
    "an order": "/close",
    "marker": "<!-- vodplan production -->",
    "command": "::error file=a,line=1::owned",
    "command, later": "x\n  ::add-mask::e\n::stop-commands::token\n::token::",
    "command, full": "::set-output name=a::b",
    "old command": "##[error]owned",
    "old command, inside": "x ##[add-mask]e ##[stop-commands]t ##[group]g",
    "old command, hidden": "#\ufe0f#\ufe0f[add-mask]e",
    "encoded": "%0A::error::x %0D %25 %3A%3A",
    "property": "a,line=7,title=b::c:d",
    "formula": '=HYPERLINK("https://evil.example","x")',
    "plus": "+1+cmd|' /C calc'!A0",
    "minus": "-2+3",
    "at": "@SUM(1)",
    "tab": "\t=1",
    "full width": "\uff1d1+1",
    "quotes": "a\"b,c;d\n'e'",
    "lone surrogates": "\ud800 \udfff \udc80x",
    "null": "\x00",
    "many marks": "Z" + "\u0301\u0335\u20dd" * 200,
    "right to left": "مرحبا بالعالم שלום",
    "flags and families": "👨‍👩‍👧 🏳️‍🌈 ❤️ #️⃣",
    "long": "long title " * 1000,
    "long word": "W" * 10_000,
    "wide": "开幕比赛" * 800,
    "shell": "$(reboot) `reboot` ; rm -rf / ' \" \\",
    "dots": "../../etc/passwd",
    "nothing": "",
}
"""Name → a hostile text. Every text that must come out as it went in is in it as well: scripts, emoji, lengths."""

KEYED = frozenset({"assets", "categories", "entries", "names", "kinds"})
"""Mappings whose keys are other people's words."""

READ = frozenset({"assets", "members"})
"""Where they are functions: what is read anew each time."""

OWN = frozenset({"diff", "origins", "patch", "text"})
"""Texts that are one of a few of ours, and scripts, patches and differences, whose lines keep their ends."""


def hostile(result: Result, *texts: str) -> Result:
    """The result with these texts in place of every text in it, however deep: one after another, over and over."""
    made: Result = _Poison(texts).into(result)
    match made:
        case PlanShown():
            return dataclasses.replace(made, document=plan_bytes(made.plan))
        case DriftShown():
            return dataclasses.replace(made, document=drift_bytes(made.drift))
        case _:
            return made


def places(result: Result) -> int:
    """How many texts there are in a result."""
    poison = _Poison(["x"])
    poison.into(result)
    return poison.given


class _Poison:
    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self.given = 0

    def _next(self) -> str:
        self.given += 1
        return self._texts[(self.given - 1) % len(self._texts)]

    def into(self, value: Any, name: str = "") -> Any:
        if isinstance(value, enum.Enum | bytes | bool | int | float) or value is None or name in OWN:
            return value
        if isinstance(value, str):
            return self._next()
        if isinstance(value, VodplanError):
            return self._error(value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return type(value)(**self._fields(value))
        if isinstance(value, Mapping):
            return {self.into(key) if name in KEYED else key: self.into(one) for key, one in value.items()}
        if name in READ and callable(value):
            again = [self.into(one) for one in value()]
            return lambda: again
        if isinstance(value, list | tuple):
            return type(value)(self.into(one) for one in value)
        return value

    def _fields(self, value: Any) -> dict[str, Any]:
        return {one.name: self.into(getattr(value, one.name), one.name) for one in dataclasses.fields(value)}

    def _error(self, error: VodplanError) -> VodplanError:
        """The same error, however its class is made."""
        made = type(error).__new__(type(error))
        for name, value in vars(error).items():
            setattr(made, name, self.into(value))
        return made
