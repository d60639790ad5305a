"""Reads a large manifest piece by piece, so that after an edit only pieces that are new have to be parsed.

A piece is known by its bytes and by all that decides how they are read; where in the file it stands is held apart. What
is wrong in a file is never found here: as soon as anything is not plainly right, there is no result, and the file is to
be read whole, which finds everything in its place.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import orjson

from vodplan.core.diagnostics import Diagnostic, SourceRef
from vodplan.core.policy import Policy
from vodplan.manifests.assets import KINDS
from vodplan.manifests.document import Document, Tell, read_alone
from vodplan.manifests.encoded import Unreadable, decode, encode
from vodplan.manifests.findings import MOST_WARNINGS, Findings
from vodplan.manifests.pieces import Cut, Piece, cut

LEAST = 512 * 1024
"""Bytes of a file below which it is read whole: as long as parsing some pieces with all there is around them takes."""

RUN = 512 * 1024
"""Bytes of neighbouring pieces that are parsed at a time; they share the work of reading what is no entry."""

_MARK = b'{"pieces":'
_ORDER = ("category", *(kind.name for kind in KINDS.values()))


@dataclass(frozen=True, slots=True)
class Part:
    """What a piece asks for. kept: as `encoded.encode` gives it, lines counted from the piece's own first."""

    document: Document
    warnings: Sequence[Diagnostic]
    kept: bytes


@dataclass(frozen=True, slots=True)
class Parts:
    """What a file in pieces asks for. kept: the pieces, for `known` and `whole`."""

    document: Document
    warnings: Sequence[Diagnostic]
    kept: bytes


def read_parts(data: bytes, file: str, policy: Policy, known: Mapping[bytes, bytes], tell: Tell | None) -> Parts | None:
    """What a manifest asks for, found without parsing the pieces that are known; None when it must be read whole.

    data:  as `source.check` gives it.
    known: as `known` gives it.
    """
    whole = cut(data)
    if whole is None:
        return None
    names = [_name(whole.rest, piece, data) for piece in whole.pieces]
    parts: list[Part] = []
    for run in _runs(whole.pieces, [name in known for name in names]):
        kept = known.get(names[len(parts)])
        read = None if kept is None else _known(kept, file, run[0])
        if read is None:
            read = read_run(whole, run, data, file, policy)
        if read is None:
            return None
        for one in read:
            parts.append(one)
            if tell is not None:
                tell(one.document.assets)
    warnings = [one for part in parts for one in part.warnings]
    if len(warnings) > MOST_WARNINGS:
        return None
    return Parts(_merged([one.document for one in parts]), warnings, _packed(names, whole.pieces, parts))


def read_run(whole: Cut, run: Sequence[Piece], data: bytes, file: str, policy: Policy) -> list[Part] | None:
    """What neighbouring pieces of a section ask for; None unless they are right, and cut where entries begin."""
    text = b"".join((whole.rest, run[0].section.encode(), b":\n", data[run[0].start : run[-1].stop]))
    found = Findings(file)
    found.data = text
    # Findings and entries get the lines of the file, not those of what was put together.
    found.first = run[0].line - whole.rest.count(b"\n")
    document = read_alone(text, found, policy)
    if document is None or found.warnings > MOST_WARNINGS:
        return None
    return _divided(document, found.diagnostics(), run)


def known(kept: bytes) -> dict[bytes, bytes]:
    """The pieces of a file as it was read once: name → what was kept of it; none when there are none to be had."""
    try:
        return {name: one for name, _, one in _unpacked(kept)}
    except Unreadable:
        return {}


def whole(kept: bytes, file: str) -> tuple[Document, list[Diagnostic]]:
    """What a file asks for that is the same as when it was kept, in pieces or whole.

    raises: Unreadable for anything else than what is kept.
    """
    if not kept.startswith(_MARK):
        return decode(kept, file)
    read = [decode(one, file, line=line) for _, line, one in _unpacked(kept)]
    return _merged([document for document, _ in read]), [one for _, warnings in read for one in warnings]


def _name(rest: bytes, piece: Piece, data: bytes) -> bytes:
    digest = hashlib.sha256(b"%d %s\n" % (len(rest), piece.section.encode()))
    digest.update(rest)
    digest.update(memoryview(data)[piece.start : piece.stop])
    return digest.digest()


def _runs(pieces: Sequence[Piece], known: Sequence[bool]) -> Iterator[list[Piece]]:
    """Known pieces one by one; neighbours that are not known together, within bounds."""
    run: list[Piece] = []
    for piece, one in zip(pieces, known, strict=True):
        if run and (one or piece.section != run[0].section or piece.stop - run[0].start > RUN):
            yield run
            run = []
        if one:
            yield [piece]
        else:
            run.append(piece)
    if run:
        yield run


def _known(kept: bytes, file: str, piece: Piece) -> list[Part] | None:
    try:
        return [Part(*decode(kept, file, line=piece.line), kept)]
    except Unreadable:
        return None


def _divided(document: Document, warnings: Sequence[Diagnostic], run: Sequence[Piece]) -> list[Part] | None:
    """A part for each piece; None when a cut went through an entry."""
    kind = KINDS[run[0].section].name if run[0].section in KINDS else "category"
    lines = [piece.line + 1 for piece in run]
    documents = [Document(managed=dict.fromkeys(_ORDER, 0)) for _ in run]
    told: list[list[Diagnostic]] = [[] for _ in run]
    starts: set[tuple[int, int]] = set()

    def into(source: SourceRef) -> Document:
        mine = documents[bisect_right(lines, source.line) - 1]
        if (source.line, source.column) not in starts:
            starts.add((source.line, source.column))
            mine.managed[kind] += 1
        return mine

    for asset in document.assets:
        into(asset.source).assets.append(asset)
    for category in document.categories:
        into(category.source).categories.append(category)
    # Without errors every entry has a result, so that each is counted; and a piece begins with an entry.
    if len(starts) != sum(document.managed.values()) or not {line for line, _ in starts}.issuperset(lines[1:]):
        return None
    for one in warnings:
        if one.span is None:
            return None
        told[bisect_right(lines, one.span.line) - 1].append(one)
    parts = []
    for piece, mine, mine_told in zip(run, documents, told, strict=True):
        kept = encode(mine, mine_told, line=piece.line)
        if kept is None:
            return None
        parts.append(Part(mine, mine_told, kept))
    return parts


def _merged(documents: Sequence[Document]) -> Document:
    merged = Document(managed=dict.fromkeys(_ORDER, 0))
    for kind in KINDS.values():
        for one in documents:
            if one.managed.get(kind.name):
                merged.assets += one.assets
    for one in documents:
        merged.categories += one.categories
        for name, count in one.managed.items():
            merged.managed[name] += count
    return merged


def _packed(names: Sequence[bytes], pieces: Sequence[Piece], parts: Sequence[Part]) -> bytes:
    index = [[name.hex(), piece.line, len(part.kept)] for name, piece, part in zip(names, pieces, parts, strict=True)]
    return b"\n".join((orjson.dumps({"pieces": index}), b"".join(part.kept for part in parts)))


def _unpacked(kept: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    """The name, the line and the content of each piece; raises Unreadable for what `_packed` never gives."""
    head, _, body = kept.partition(b"\n")
    start = 0
    try:
        for name, line, size in orjson.loads(head)["pieces"]:
            yield bytes.fromhex(name), int(line), body[start : start + int(size)]
            start += int(size)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise Unreadable(str(error)) from error
    if start != len(body):
        raise Unreadable("another length than the sum of its pieces")
