"""Manifests changed on the disk: single values, and the layout."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vodplan.api.projects import StrPath, Workspace, find_project
from vodplan.core.edited import FileEdit, FileEdits, LeftAlone
from vodplan.core.errors import ConfigError, UsageError
from vodplan.core.values import UNSET, FieldValue, TagEdit

if TYPE_CHECKING:
    from vodplan.core.desired import DesiredAsset, DesiredState
    from vodplan.core.diagnostics import Diagnostic, SourceRef
    from vodplan.manifests.edit import AddEntry, Edit, Unsafe
    from vodplan.manifests.load import Loaded

AGAIN = "vodplan validate"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldEdit:
    """One field of one entry of the manifests.

    address: of the entry: `video/ID`, `video/ref:REFERENCE`, `image/ID`.
    field:   as in a manifest: `title`.
    value:   as `DesiredAsset.values` has it; UNSET takes the field out, so that it is left alone from then on.
    """

    address: str
    field: str
    value: FieldValue


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryEdit:
    """Keys of one entry as YAML has them, for what is no field: `state: absent` with its `reason`.

    sets:    key → text, number, truth value, date, list or mapping.
    removes: keys that go.
    """

    address: str
    sets: Mapping[str, object]
    removes: Sequence[str] = ()


ManifestEdit = FieldEdit | EntryEdit


def edit_manifests(
    workspace: Workspace,
    edits: Sequence[ManifestEdit],
    *,
    add: Mapping[str, Sequence[AddEntry]] | None = None,
    over_defaults: bool = False,
    write: bool = True,
    diff: bool = True,
) -> FileEdits:
    """Change entries where they stand in the manifests, and nothing else: comments, order and style stay.

    Each file is read once, whatever the number of edits, and written whole or not at all; all files are valid together
    afterwards, and every entry that is not edited asks for what it asked for.

    add:           file, as `workspace.files` shows it → entries to add at the end of its lists.
    over_defaults: whether an entry gets a field of its own where `defaults:` of its file has given it one.
    write:         otherwise nothing is written, and the result says what would be.
    diff:          whether the result has the differences.
    returns:       every file with an edit: changed, already so, or left alone with the reason.
    raises:        UsageError for an address without an entry; ConfigError when the manifests changed since they were
                   loaded, or cannot be written; ManifestError when they cannot be read.
    """
    from vodplan.manifests.edit import files

    paths = files.found_files(workspace.paths, workspace.project)
    contents = {shown: files.read_file(shown, path) for shown, path in paths.items()}
    if files.digest_of(contents) != workspace.desired.digest:
        raise ConfigError("The manifests were changed since they were read.", next=AGAIN)
    wanted = _by_file(workspace.desired, edits, over_defaults=over_defaults)
    for shown, entries in (add or {}).items():
        wanted.setdefault(shown, []).extend(entries)
    done, left = _edited(contents, paths, wanted)
    left |= _invalid(workspace, contents, done, edits)
    found = [FileEdit(file=shown, left=why) for shown, why in left.items()]
    for shown in wanted:
        if shown not in left:
            found.append(_finish(shown, paths[shown], contents[shown], done[shown], write=write, diff=diff))
    return FileEdits.of(found, written=write)


def format_manifests(
    paths: Sequence[StrPath] = (),
    *,
    config: StrPath | None = None,
    cwd: StrPath | None = None,
    environ: Mapping[str, str] | None = None,
    write: bool = True,
    diff: bool = False,
) -> FileEdits:
    """Write manifests in the canonical layout (docs/editing.md): what they say, their order and comments stay.

    paths:   files and folders; the project's `manifests:` when empty.
    write:   otherwise nothing is written, and the result says what would be.
    diff:    whether the result has the differences.
    returns: every file: changed, fine as it is, or left alone with the reason. A file need not be valid, only YAML.
    raises:  ManifestError when a path leads to no manifest, or a file cannot be read; ConfigError.
    """
    from vodplan.manifests.edit import Unsafe, files
    from vodplan.manifests.edit.layout import formatted

    base = Path.cwd() if cwd is None else Path(cwd)
    project = find_project(config=config, cwd=base, environ=os.environ if environ is None else environ)
    found = []
    for shown, path in files.found_files(tuple(base / one for one in paths), project).items():
        before = files.read_file(shown, path)
        try:
            after = formatted(before)
        except Unsafe as error:
            found.append(FileEdit(file=shown, left=_left(error)))
            continue
        found.append(_finish(shown, path, before, after, write=write, diff=diff))
    return FileEdits.of(found, written=write)


def _by_file(desired: DesiredState, edits: Sequence[ManifestEdit], *, over_defaults: bool) -> dict[str, list[Edit]]:
    entries: dict[str, SourceRef] = {}
    for asset in desired.assets:
        if asset.rule is None:
            entries[str(asset.address)] = asset.source
    for category in desired.categories:
        entries[f"category/{category.path}"] = category.source
    found: dict[str, list[Edit]] = {}
    for one in edits:
        source = entries.get(one.address)
        if source is None:
            raise UsageError(f'No entry of the manifests has the address "{one.address}".', next="vodplan plan")
        found.setdefault(source.file, []).extend(_edits_of(one, source, over_defaults))
    return found


def _edits_of(one: ManifestEdit, source: SourceRef, over_defaults: bool) -> Iterator[Edit]:
    from vodplan.manifests.edit import At, RemoveField, SetField
    from vodplan.manifests.edit.model import written

    at = At(source.line, source.column)
    if isinstance(one, EntryEdit):
        for name, value in one.sets.items():
            yield SetField(at=at, path=(name,), value=value, over_defaults=over_defaults)  # type: ignore[arg-type]
        for name in one.removes:
            yield RemoveField(at=at, path=(name,))
    elif one.value is UNSET:
        yield RemoveField(at=at, path=(one.field,))
    else:
        yield SetField(at=at, path=(one.field,), value=written(one.value), over_defaults=over_defaults)


def _edited(
    contents: Mapping[str, bytes], paths: Mapping[str, Path], wanted: Mapping[str, Sequence[Edit]]
) -> tuple[dict[str, bytes], dict[str, LeftAlone]]:
    from vodplan.manifests.edit import Unsafe, edit, files

    done: dict[str, bytes] = {}
    left: dict[str, LeftAlone] = {}
    for shown, edits in wanted.items():
        if shown not in contents:
            raise UsageError(f"{shown} is none of the manifests that were read.", next=AGAIN)
        try:
            files.require_writable(paths[shown])
            done[shown] = edit(contents[shown], edits).content
        except Unsafe as error:
            left[shown] = _left(error)
    return done, left


def _invalid(
    workspace: Workspace, contents: Mapping[str, bytes], done: Mapping[str, bytes], edits: Sequence[ManifestEdit]
) -> dict[str, LeftAlone]:
    """The files that may not be written, since the manifests would not be valid then, or would say something else."""
    from vodplan.core.diagnostics import Severity
    from vodplan.manifests.cache import open_cache
    from vodplan.manifests.coverfiles import reader_of
    from vodplan.manifests.load import load_contents

    cache = open_cache(workspace.project, workspace.environ)
    pictures = reader_of(workspace.project.root)
    loaded = load_contents({**contents, **done}, project=workspace.project, cache=cache, pictures=pictures)
    errors = [one for one in loaded.diagnostics if one.severity is Severity.ERROR]
    left: dict[str, LeftAlone] = {}
    for one in errors:
        if one.span is not None and one.span.file in done:
            left.setdefault(one.span.file, _refused(one))
    if errors and not left:
        left = {shown: _refused(errors[0]) for shown in done}
    if not errors:
        strayed = _strayed(workspace.desired, loaded, edits)
        left |= {shown: why for shown, why in strayed.items() if shown in done}
    return left


def _strayed(desired: DesiredState, loaded: Loaded, edits: Sequence[ManifestEdit]) -> dict[str, LeftAlone]:
    """The files with an entry that asks for something else than it should, its defaults considered."""
    from vodplan.registry import KINDS

    wanted: dict[str, dict[str, FieldValue]] = {}
    free = {one.address for one in edits if isinstance(one, EntryEdit)}
    for one in edits:
        if isinstance(one, FieldEdit) and one.value is not UNSET:
            wanted.setdefault(one.address, {})[one.field] = one.value
        elif isinstance(one, FieldEdit):
            wanted.setdefault(one.address, {})[one.field] = UNSET
    before = {str(one.address): one for one in desired.assets if one.rule is None}
    left: dict[str, LeftAlone] = {}
    for now in loaded.desired.assets:
        address = str(now.address)
        was = before.get(address)
        if was is None or address in free:
            continue
        if not _as_wanted(was, now, wanted.get(address, {}), [one.name for one in KINDS[now.kind].fields]):
            left[now.source.file] = LeftAlone(
                why=f"{address} would ask for something else than it should; defaults of the file may be why.",
                advice="Edit the file by hand.",
                line=now.source.line,
                column=now.source.column,
            )
    return left


def _as_wanted(was: DesiredAsset, now: DesiredAsset, wanted: Mapping[str, FieldValue], names: Iterable[str]) -> bool:
    if not now.values or not was.values:
        return was.values == now.values and not wanted
    return all(
        _comparable(wanted.get(name, old)) == _comparable(new)
        for name, old, new in zip(names, was.values, now.values, strict=True)
    )


def _comparable(value: FieldValue) -> object:
    if isinstance(value, TagEdit):
        return (frozenset(value.add), frozenset(value.remove))
    return frozenset(value) if isinstance(value, tuple) else value


def _refused(one: Diagnostic) -> LeftAlone:
    place = (one.span.line, one.span.column) if one.span is not None else (0, 0)
    return LeftAlone(
        why=f"It would not be valid any more ({one.code}): {one.detail}",
        advice="Ask for another value.",
        line=place[0],
        column=place[1],
    )


def _left(error: Unsafe) -> LeftAlone:
    return LeftAlone(why=error.why, advice=error.advice, line=error.line, column=error.column)


def _finish(shown: str, path: Path, before: bytes, after: bytes, *, write: bool, diff: bool) -> FileEdit:
    """Write a file, if it is to be, and say what became of it."""
    from vodplan.manifests.edit import Unsafe, files
    from vodplan.manifests.edit.diffs import unified
    from vodplan.planfile.files import write_whole

    if before == after:
        return FileEdit(file=shown)
    try:
        mode = files.require_writable(path)
        if write:
            files.require_unchanged(path, before)
            write_whole(path, after, mode=mode)
    except Unsafe as error:
        return FileEdit(file=shown, left=_left(error))
    return FileEdit(file=shown, changed=True, diff=unified(shown, before, after) if diff else "")
