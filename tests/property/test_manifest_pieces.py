"""A manifest that is read by its pieces is read as it would be whole, whatever stands in it and before it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from hypothesis import example, given
from hypothesis import strategies as st

from vodplan.core.policy import Policy
from vodplan.manifests import cache as caches
from vodplan.manifests import load as loading
from vodplan.manifests import parts, pieces
from vodplan.manifests.cache import open_cache
from vodplan.manifests.load import load_contents
from vodplan.manifests.project import Project

TEXTS = st.sampled_from(
    [
        *('"open', "'open", '"x\nvideos:\n  - id: v8"', "[a", "{a: b}", "&a One", "*a", "!!str 1", "7", "~", "", "名"),
        '"a\n  - id: v7\n    title: in quotes\n    description: b"',
    ]
)
RIGHT = {
    "videos": [
        "  - id: {key}\n    title: {text}\n",
        "  - id: {key}\n    title: Plain\n    tags: [a, b]\n",
        "  - {{id: {key}, title: Plain}}\n",
        "  - {{id: {key},\n  title: Plain}}\n",
        "  -\n    id: {key}\n    title: Plain\n",
        "  -   id: {key}\n      title: {text}\n",
        "  - # remark\n    id: {key}\n    title: Plain\n",
        "  - id: {key}\n",
        "  - reference: {key}\n    title: Plain\n",
        '  - "id": {key}\n    title: Plain\n',
        "  # remark\n\n  - id: {key}\n    title: Plain\n# remark\n",
    ],
    "images": [
        "  - id: {key}\n    title: {text}\n",
        "  - {{video: {key}, types: [CoverSnapshot, NormalSnapshot], state: absent}}\n",
        "  - url: https://img.example.com/{key}\n    state: absent\n",
    ],
    "categories": ["  - path: News/{key}\n", "  - {{path: {key}, state: absent}}\n"],
}
FINE = [
    "One",
    '"Two"',
    "'it''s'",
    "|\n      more\n\n",
    ">-\n      folded\n",
    "|+\n      kept\n\n",
    "a\n      b",
    "x # remark",
]
ANY = [
    "  - id: {key}\n    title: {text}\n    other: {text}\n",
    "- id: {key}\n  title: Plain\n",
    " - id: {key}\n   title: Plain\n",
    "    - id: {key}\n",
    "  - - id: {key}\n",
    "  - id: v1\n",
    "  text\n",
    "  -\n",
    "  title: {text}\n",
]


@st.composite
def entries(draw: st.DrawFn, section: str, key: str) -> str:
    """An entry of a list: mostly right, in any of the layouts that people use."""
    odd = draw(st.integers(0, 19)) == 0
    forms = [*RIGHT["videos"], *RIGHT["images"], *ANY] if odd else RIGHT[section]
    text = draw(TEXTS if draw(st.integers(0, 9)) == 0 else st.sampled_from(FINE))
    return draw(st.sampled_from(forms)).format(key=key, text=text)


HEADS = ["---\napiVersion: vodplan/v1\n", "# remark\napiVersion: 'vodplan/v1'\n", "apiVersion: vodplan/v2\n", "\n"]
DEFAULTS = ["defaults: {video: {tags: {add: [x]}}}\n", "defaults:\n  video:\n    category: News\n"]
ODD = [
    *("...\n", "---\n", "other: 1\n", 'defaults: {video: {description: "\ncategories: x"}}\n', "images: []\n", "# end"),
    *("  stray: 1\n", "\t\n", "%YAML 1.2\n", 'title: "\n', '"\n', "- id: v1\n", "videos: {}\n", "&a x: 1\n"),
]


@st.composite
def manifests(draw: st.DrawFn) -> bytes:
    """A manifest with some sections, right or wrong."""

    def sometimes(texts: list[str], one_in: int) -> str:
        return draw(st.sampled_from(texts)) if draw(st.integers(1, one_in)) == 1 else ""

    text = (sometimes(HEADS, 5) or "apiVersion: vodplan/v1\n") + sometimes(DEFAULTS, 4)
    keys = iter(draw(st.permutations([f"v{number}" for number in range(12)])))
    for name in draw(
        st.lists(st.sampled_from(["videos", "images", "categories"]), min_size=1, max_size=3, unique=True)
    ):
        text += sometimes([f"{name}: # remark\n", f"{name}: |\n", f'"{name}":\n', "videos:\n"], 20) or f"{name}:\n"
        text += "".join(draw(entries(name, next(keys))) for _ in range(draw(st.integers(1, 4))))
        text += sometimes(ODD, 20)
    text += sometimes(DEFAULTS, 5) + sometimes(ODD, 10)
    ends = sometimes(["cut", "windows", "old", "short"], 6)
    text = {"windows": text.replace("\n", "\r\n"), "old": text[:-3] + "\r", "cut": text.rstrip("\n")}.get(ends, text)
    return (text[:-7] if ends == "short" else text).encode()


@contextmanager
def small() -> Iterator[None]:
    """Every entry may be a piece, and every file is large enough."""
    with (
        mock.patch.object(pieces, "LEAST_PIECE", 1),
        mock.patch.object(pieces, "_ONE_IN", 2),
        mock.patch.object(parts, "LEAST", 0),
        mock.patch.object(loading, "LEAST", 0),
        mock.patch.object(parts, "RUN", 90),
        mock.patch.object(caches, "_code", return_value="the same"),
    ):
        yield


def of(root: Path, policy: Policy | None = None) -> Project:
    """A project in a folder."""
    return Project(path=root / "vodplan.yaml", root=root, manifests=(root,), policy=policy or Policy())


@given(st.lists(st.lists(manifests(), min_size=1, max_size=2), min_size=1, max_size=3))
@example([[b'apiVersion: vodplan/v1\nvideos:\n  - id: v1\n    title: "a\n  - id: v7\n    title: b"\n  - id: v2\n']])
@example([[b'apiVersion: vodplan/v1\ndefaults: {video: {title: "\nvideos:\n  - id: v1\nimages: x"}}\n']])
def test_manifest_read_by_its_pieces_is_read_as_whole(versions: list[list[bytes]]) -> None:
    """load(pieces of this and of earlier contents) == load(whole), findings and places included."""
    with small(), tempfile.TemporaryDirectory() as name:
        project = of(Path(name), Policy(require={"video": ("title",)}))
        for files in versions:
            contents = {f"{place}.yaml": data for place, data in enumerate(files)}

            by_pieces = load_contents(contents, project=project, cache=open_cache(project, {}))

            assert by_pieces == load_contents(contents, project=project)
