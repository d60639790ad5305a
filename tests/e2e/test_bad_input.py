"""Every bad manifest, path and command line that a new user will try: the right exit code, the place, the remedy, the
next command, in text and in JSON; no traceback, no hang, no call to the service."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.sdk.clients import CLIENTS
from tests.e2e.cli import command
from tests.e2e.helpers import HEAD, Ended, Project, next_step, no_bug, project, refused, writes
from vodplan.emulator import RunningEmulator

pytestmark = pytest.mark.e2e

SOON = 30.0
"""Seconds; far more than any refusal takes, and far less than a hang."""

ID = "00f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5"
VIDEO = f"{HEAD}videos:\n  - id: {ID}\n"
LAUGHS = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}' if n else 'ha'] * 10)}]\n" for n in range(9))

# Each case: the file, LINE:COLUMN of the finding, its code, and words that name what is wrong and what helps.
BAD: dict[str, tuple[str | bytes, str, str, tuple[str, ...]]] = {
    "unknown-key": (f"{VIDEO}    titel: x\n", "4:5", "VP104", ('"titel"', 'Did you mean "title"?')),
    "unknown-key-at-the-top": (f"{HEAD}vidoes: []\n", "2:1", "VP104", ('"vidoes"', 'Did you mean "videos"?')),
    "unknown-key-of-a-category": (f"{HEAD}categories: [{{pth: a}}]\n", "2:15", "VP104", ('Did you mean "path"?',)),
    "duplicate-key": (f"{VIDEO}    title: a\n    title: b\n", "5:5", "VP116", ("line 4, column 5", "Keep one")),
    "title-of-129-bytes": (
        f"{VIDEO}    title: {'比' * 43}\n",
        "4:12",
        "VP124",
        ("129 bytes", "43 characters", "128"),
    ),
    "description-of-1025-bytes": (f"{VIDEO}    description: {'x' * 1025}\n", "4:18", "VP124", ("1,025", "1,024")),
    "17-tags": (f"{VIDEO}    tags: [{', '.join(f't{n}' for n in range(17))}]\n", "4:11", "VP127", ("17 tags", "16")),
    "tag-of-33-bytes": (f"{VIDEO}    tags: [ok, {'比' * 11}]\n", "4:16", "VP124", ("33 bytes", "32")),
    "comma-in-a-tag": (f"{VIDEO}    tags: ['a,b']\n", "4:12", "VP128", ('"a,b"', "comma", "Write two tags")),
    "emoji-in-an-image": (
        f"{HEAD}images:\n  - id: {ID}\n    title: A 🎬\n",
        "4:12",
        "VP125",
        ("🎬 (U+1F3AC)", "Remove it"),
    ),
    "emoji-in-the-tag-of-an-image": (f"{HEAD}images: [{{id: {ID}, tags: [🎬]}}]\n", "2:56", "VP125", ("🎬",)),
    "nul": (f"{VIDEO}    title: a\0b\n", "4:13", "VP107", ("NUL (U+0000)", "Remove it")),
    "nul-as-an-escape": (f'{VIDEO}    title: "a\\0b"\n', "4:12", "VP126", ("U+0000", "Remove it")),
    "escape-sequence": (f"{VIDEO}    title: a\x1b[2Jb\n", "4:13", "VP107", ("U+001B", "Remove it")),
    "escape-sequence-as-an-escape": (f'{VIDEO}    title: "a\\e[2Jb"\n', "4:12", "VP126", ("U+001B", "Remove it")),
    "c1-control": (f"{VIDEO}    title: a\x9bb\n", "4:13", "VP107", ("U+009B",)),
    "invalid-utf-8": (VIDEO.encode() + b"    title: a\xff\n", "4:13", "VP106", ("0xFF", "Save the file as UTF-8")),
    "utf-16": (f"{VIDEO}    title: x\n".encode("utf-16"), "1:1", "VP106", ("UTF-16", "Save it as UTF-8")),
    "tab-indent": (f"{VIDEO}\ttitle: x\n", "4:1", "VP109", ("A tab", "Use blanks")),
    "unclosed-quote": (f'{VIDEO}    title: "abc\n    description: x\n', "4:12", "VP110", ("never closed",)),
    "unclosed-bracket": (f"{VIDEO}    tags: [a, b\n", "4:11", "VP108", ("[",)),
    "list-at-the-top": ("- a\n- b\n", "1:1", "VP118", ("is a list", "apiVersion")),
    "scalar-at-the-top": ("hello\n", "1:1", "VP118", ('"hello"', "apiVersion")),
    "empty-file": ("", "1:1", "VP118", ("is empty", "apiVersion: vodplan/v1")),
    "wrong-apiversion": ("apiVersion: vodplan/v2\n", "1:13", "VP119", ('"vodplan/v2"', "vodplan/v1")),
    "no-apiversion": ("videos: []\n", "1:1", "VP119", ("no apiVersion", "Add apiVersion: vodplan/v1")),
    "absent-with-fields": (
        f"{VIDEO}    state: absent\n    title: x\n",
        "5:5",
        "VP141",
        ("state: absent", "title", "Remove one"),
    ),
    "four-level-category": (
        f"{HEAD}categories: [{{path: a/b/c/d}}]\n",
        "2:21",
        "VP132",
        ('"a/b/c/d"', "4 levels", "3"),
    ),
    "id-with-a-comma": (f"{HEAD}videos: [{{id: 'ab,cd', title: x}}]\n", "2:15", "VP130", ('"ab,cd"', "comma")),
    "id-with-a-blank": (f"{HEAD}videos: [{{id: 'ab cd', title: x}}]\n", "2:15", "VP130", ('"ab cd"', "blank")),
    "day-that-does-not-exist": (
        f"{VIDEO}    state: absent\n    after: 2026-02-30\n",
        "5:12",
        "VP133",
        ("2026-02-30", "does not exist"),
    ),
    "no-date": (f"{VIDEO}    state: absent\n    after: tomorrow\n", "5:12", "VP133", ('"tomorrow"', "YYYY-MM-DD")),
    "two-documents": (f"{VIDEO}    title: x\n---\n{HEAD}", "5:1", "VP111", ("second document", "file of its own")),
    "billion-laughs": (f"{HEAD}{LAUGHS}videos: *l8\n", "5:10", "VP113", ("*l2", "Write the values out")),
    "alias-of-itself": (f"{HEAD}videos: &v [*v]\n", "2:13", "VP113", ("*v", "within what it stands for")),
    "20000-brackets": (f"{HEAD}videos: {'[' * 20_000}{']' * 20_000}\n", "2:41", "VP112", ("More than 32",)),
    "20000-open-brackets": (f"{HEAD}videos: {'[' * 20_000}", "2:41", "VP112", ("More than 32",)),
    "20000-dashes": (f"{HEAD}videos:\n{'- ' * 20_000}x\n", "3:65", "VP112", ("More than 32",)),
    "python-object-tag": (
        f"{VIDEO}    title: !!python/object/apply:os.system [touch owned]\n",
        "4:12",
        "VP114",
        ("!!python/object/apply:os.system", "Remove the tag"),
    ),
    "python-name-tag": (f"{VIDEO}    title: !!python/name:os.system ''\n", "4:12", "VP114", ("!!python/name",)),
    "merge-key": (f"{VIDEO}    <<: {{title: x}}\n", "4:5", "VP115", ("defaults",)),
    "rules": (
        f"{HEAD}rules: [{{name: old, select: {{kind: video}}, set: {{title: x}}}}]\n",
        "2:29",
        "VP153",
        ("no condition", "name at least one"),
    ),
    "id-and-reference": (f"{VIDEO}    reference: cms-1\n", "4:5", "VP140", ("id and reference", "Keep the one")),
    "no-asset-named": (f"{HEAD}videos: [{{title: x}}]\n", "2:10", "VP140", ("Add id or reference",)),
    "number-as-title": (f"{VIDEO}    title: 12\n", "4:12", "VP121", ('Put it in quotes: "12"',)),
    "text-as-tags": (f"{VIDEO}    tags: sports\n", "4:11", "VP120", ("tags",)),
    "videos-as-a-mapping": (f"{HEAD}videos: {{{ID}: {{title: x}}}}\n", "2:9", "VP120", ("videos",)),
}


@pytest.fixture
def library(tmp_path: Path, demo_emulator: RunningEmulator) -> Project:
    """An empty project with a library behind it."""
    return project(tmp_path, demo_emulator)


@pytest.mark.parametrize("name", BAD)
def test_bad_manifest_is_refused_with_its_place_and_remedy(
    name: str, library: Project, demo_emulator: RunningEmulator
) -> None:
    """Exit 3 from validate, plan and apply alike, before anything is called."""
    content, place, code, says = BAD[name]
    library.write(content)

    for argv in (["validate"], ["plan", "--out", "p.json"], ["apply", "--auto-approve", "--allow-deletes", "1"]):
        text = refused(library.call, *argv, code=3, says=says, at=f"manifests/a.yaml:{place}", next="vodplan validate")
        assert f"a.yaml:{place}: error[{code}]: " in text.err
        assert text.out == ""

    assert demo_emulator.calls() == []
    assert sorted(path.name for path in library.folder.iterdir()) == ["manifests"]


def test_bad_manifests_are_all_reported_in_one_run(library: Project) -> None:
    """One process reads all of them, soon, and names every place of every file; a good file between them is no excuse."""
    for name, (content, *_) in BAD.items():
        library.write(content, f"manifests/{name}.yaml")
    library.write(f"{HEAD}videos: [{{id: other, title: fine}}]\n", "manifests/m-good.yaml")

    text = _soon(library, "validate")
    as_json = _soon(library, "validate", "--format", "json")

    assert (text.code, as_json.code) == (3, 3)
    found = {f"{one['file']}:{one['line']}:{one['column']}" for one in as_json.error["diagnostics"]}
    for name, (_, place, code, _) in BAD.items():
        assert f"manifests/{name}.yaml:{place}: error[{code}]: " in text.err
        assert f"manifests/{name}.yaml:{place}" in found
    assert "m-good.yaml:" not in text.err
    assert not (library.folder / "owned").exists()


def test_finding_shows_the_line_with_a_caret_below_the_right_cell(library: Project) -> None:
    """In a line with wide characters the caret counts cells, not characters."""
    library.write(f"{HEAD}videos: [{{id: a1, title: 一元二次方程, titel: x}}]\n")

    shown = library.call("validate", COLUMNS="100").err.splitlines()

    line = next(place for place, text in enumerate(shown) if "titel: x" in text)
    before = shown[line].partition("titel")[0]
    wide = sum(2 if ord(character) > 0x2E80 else 1 for character in before)
    assert shown[line + 1].index("^") == wide
    assert shown[line + 1].strip(" |") == "^" * len("titel")


def test_one_asset_in_two_files_is_refused_with_both_places(library: Project) -> None:
    """The second entry is where the finding stands; it names the first."""
    library.manifest(f"videos: [{{id: {ID}, title: x}}]\n", "manifests/a.yaml")
    library.manifest(f"videos: [{{id: {ID}, state: absent}}]\n", "manifests/b.yaml")

    refused(
        library.call,
        "plan",
        code=3,
        at="manifests/b.yaml:2:15",
        says=("already has an entry in manifests/a.yaml:2:10", "Join the two"),
        next="vodplan validate",
    )


def test_one_asset_by_id_and_by_reference_is_refused_when_planning(
    library: Project, demo_emulator: RunningEmulator
) -> None:
    """Only the library knows that the two are one; nothing is written."""
    library.manifest("videos: [{id: 7567586493236735936b33755f656ed6, title: x}, {reference: cms-000121, title: y}]\n")

    refused(library.call, "plan", code=3, says=("7567586493236735936b33755f656ed6",))

    assert writes(demo_emulator) == []


@pytest.mark.parametrize(
    ("category", "says"),
    [
        ("News/Sprots", ("News/Sprots", 'Did you mean "News/Sports"?')),
        ("{id: 4711}", ("4711",)),
        ("Sports", ("Sports",)),
    ],
    ids=["misspelt", "no-such-id", "without-its-parent"],
)
def test_unknown_category_is_refused_when_planning(
    category: str, says: tuple[str, ...], library: Project, demo_emulator: RunningEmulator
) -> None:
    """Exit 3 with the place in the manifest; the tree is read, nothing is written."""
    library.manifest(f"videos:\n  - {{id: {ID}, category: {category}}}\n")

    for argv in (["plan"], ["apply", "--auto-approve"]):
        refused(library.call, *argv, code=3, says=says, at="manifests/a.yaml:3:5")

    assert writes(demo_emulator) == []


def test_category_whose_path_two_have_is_refused_when_planning(
    library: Project, demo_emulator: RunningEmulator
) -> None:
    """Twins are told by their ids, and one of them can be meant by its id."""
    sdk = CLIENTS["new"](demo_emulator)
    twins = [sdk("AddCategory", {"CateName": "Twin", "ParentId": "1000100"}).at("Category.CateId") for _ in range(2)]
    demo_emulator.clear_calls()
    library.manifest(f"videos:\n  - {{id: {ID}, category: News/Twin}}\n")

    refused(library.call, "plan", code=3, says=("News/Twin", *map(str, twins)), at="manifests/a.yaml:3:5")
    library.manifest(f"videos:\n  - {{id: {ID}, category: {{id: {twins[1]}}}}}\n")

    assert library.call("plan", "--format", "json").document["summary"]["update"] == 1
    assert writes(demo_emulator) == []


def test_symlink_that_leaves_the_folder_is_refused(library: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A link to a file, and one to a folder, outside of what was named; what they show is not read."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "secret.yaml").write_text("hidden: content of another folder\n", encoding="utf-8")
    library.manifest(f"videos: [{{id: {ID}, title: x}}]\n")
    (library.folder / "manifests" / "link.yaml").symlink_to(elsewhere / "secret.yaml")
    (library.folder / "manifests" / "folder").symlink_to(elsewhere)

    text = refused(library.call, "validate", code=3, says=("manifests/link.yaml", "manifests/folder", "outside"))

    assert text.err.count("error[VP102]") == 2
    assert "content of another folder" not in text.err


def test_symlink_that_goes_in_circles_is_refused(library: Project) -> None:
    """A link to itself is named; a link to the folder above ends somewhere."""
    library.manifest(f"videos: [{{id: {ID}, title: x}}]\n")
    (library.folder / "manifests" / "loop.yaml").symlink_to("loop.yaml")
    (library.folder / "manifests" / "up").symlink_to(".")

    refused(library.call, "validate", code=3, says=("manifests/loop.yaml",), next="vodplan validate")


@pytest.mark.parametrize("argv", [["validate"], ["plan"], ["apply", "--auto-approve"]])
def test_empty_folder_is_refused(argv: list[str], library: Project) -> None:
    """No manifests are never taken for an empty plan, whether the folder is empty or not there."""
    refused(library.call, *argv, code=3, says=("manifests",))
    (library.folder / "manifests").mkdir()
    refused(library.call, *argv, code=3, says=("holds no manifest", "manifests"))


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["validate", "none.yaml"], "none.yaml"),
        (["plan", "none.yaml"], "none.yaml"),
        (["apply", "none.yaml", "--auto-approve"], "none.yaml"),
        (["show", "none.json"], "none.json"),
        (["apply", "none.json", "--auto-approve"], "none.json"),
        (["plan", "--config", "none.yaml"], "none.yaml"),
    ],
)
def test_missing_file_is_refused(argv: list[str], says: str, library: Project) -> None:
    """A file that was named and is not there is named again."""
    library.manifest(f"videos: [{{id: {ID}, title: x}}]\n")

    refused(library.call, *argv, code=3, says=(says,))


def test_unreadable_file_is_refused(library: Project) -> None:
    """No permission is told as such, whoever runs it."""
    library.manifest(f"videos: [{{id: {ID}, title: x}}]\n", "manifests/shut.yaml").chmod(0)

    def run(*argv: str) -> Ended:
        return _soon(library, *argv, prepare=None if os.geteuid() else _be_nobody_special)

    refused(run, "validate", code=3, says=("manifests/shut.yaml", "may not be read", "permissions"))


def test_pipe_in_place_of_a_manifest_is_refused_and_does_not_hang(library: Project) -> None:
    """What is not a regular file is never opened."""
    (library.folder / "manifests").mkdir()
    os.mkfifo(library.folder / "manifests" / "pipe.yaml")

    ended = _soon(library, "validate")

    assert ended.code == 3
    assert "manifests/pipe.yaml" in ended.err


def test_file_over_64_mib_is_refused_unread(library: Project) -> None:
    """The size is looked at first."""
    with library.manifest("", "manifests/large.yaml").open("r+b") as file:
        file.truncate(65 * 2**20)

    refused(library.call, "validate", code=3, says=("manifests/large.yaml", "64 MiB"))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{}", "format_version"),
        ("not json", "not JSON"),
        ('{"format_version": "2"}', "format version"),
        ('{"format_version": "1"}', "not a valid plan file"),
        ("", "not JSON"),
        ('{"format_version": "1", "changes": [', "not JSON"),
    ],
)
def test_file_that_is_no_plan_is_refused(content: str, says: str, library: Project) -> None:
    """By show and by apply, with the command that makes one."""
    library.write(content, "p.json")

    for argv in (["show", "p.json"], ["apply", "p.json", "--auto-approve"]):
        refused(library.call, *argv, code=3, says=("p.json", says), next="vodplan plan --out")


def test_plan_that_was_edited_is_refused(library: Project, demo_emulator: RunningEmulator) -> None:
    """One changed character, and nothing in it is trusted."""
    library.manifest(f"videos: [{{id: {ID}, title: Reviewed}}]\n")
    assert library.call("plan", "--out", "p.json").code == 0
    saved = library.folder / "p.json"
    saved.write_text(saved.read_text(encoding="utf-8").replace("Reviewed", "Rewritten"), encoding="utf-8")

    for argv in (["show", "p.json"], ["apply", "p.json", "--auto-approve"]):
        refused(library.call, *argv, code=3, says=("p.json", "digest"), next="vodplan plan --out")

    assert writes(demo_emulator) == []


def test_plan_for_another_target_is_refused(library: Project, demo_emulator: RunningEmulator) -> None:
    """A plan for one endpoint is not applied to another, not even by way of the environment."""
    library.manifest(f"videos: [{{id: {ID}, title: x}}]\n")
    assert library.call("plan", "--out", "p.json").code == 0

    ended = library.call("apply", "p.json", "--auto-approve", VODPLAN_ENDPOINT="http://127.0.0.1:9")

    assert ended.code == 4
    assert "The plan was made for the endpoint" in ended.err
    assert next_step(ended.err).startswith("vodplan plan")
    assert writes(demo_emulator) == []


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["plan", "--allow-delete", "1"], ('"--allow-delete"',)),
        (["apply", "--alow-deletes", "1"], ('"--alow-deletes"', 'Did you mean "--allow-deletes"?')),
        (["plan", "--detailed-exitcodes"], ('Did you mean "--detailed-exitcode"?',)),
        (["apply", "--allow-deletes", "all"], ("--allow-deletes",)),
        (["apply", "--allow-deletes", "-1"], ("--allow-deletes",)),
        (["apply", "--allow-deletes"], ("--allow-deletes",)),
        (["plan", "--format", "jsn"], ("json",)),
        (["plan", "--only", "video/nothing*"], ("video/nothing*",)),
        (["aply"], ('Did you mean "apply"?',)),
        (["show"], ("PLANFILE",)),
        (["show", "a.json", "b.json"], ('"b.json"',)),
        (["schema", "plna"], ("manifest, project, plan",)),
        ([], ("command",)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_command_line_that_cannot_be_understood_is_a_usage_error(
    argv: list[str], says: tuple[str, ...], library: Project, demo_emulator: RunningEmulator
) -> None:
    """Exit 64 with the nearest flag or command, before anything is called."""
    library.manifest(f"videos: [{{id: {ID}, title: x}}]\n")

    text = library.call(*argv)

    no_bug(text)
    assert (text.code, text.out) == (64, "")
    assert [word for word in says if word not in text.err] == []
    assert next_step(text.err).startswith("vodplan")
    assert demo_emulator.calls() == []


@pytest.mark.parametrize("argv", [["plan", "--colour"], ["aply"], ["show"], ["plan", "--only", "video/nothing*"]])
def test_usage_errors_are_json_too(argv: list[str], library: Project) -> None:
    """With --format json the error is the one document on stdout."""
    library.manifest(f"videos: [{{id: {ID}, title: x}}]\n")

    ended = library.call(*argv, "--format", "json")

    assert (ended.code, ended.err) == (64, "")
    assert ended.error["type"] == "UsageError"
    assert ended.error["next"].startswith("vodplan")


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("targts: {}\n", "2:1", ('Did you mean "targets"?',)),
        ("policy: {max_deletes: many}\n", "2:23", ("max_deletes",)),
        ("limits: {share: 2}\n", "2:17", ("share",)),
        ("targets: {a: {endpoint: 'http://vod.example.com', region: cn-shanghai}}\n", "2:25", ("http",)),
        ("access_key_secret: abcdefghijklmnop\n", "2:1", ("environment",)),
        ("default_target: prod\ntargets: {lab: {region: cn-shanghai}}\n", "2:17", ('"prod"', "lab")),
        ("manifests: [\n", "3:1", ()),
    ],
    ids=["unknown-key", "no-count", "share", "plain-http", "secret", "no-such-default", "syntax"],
)
def test_project_file_that_is_not_valid_is_refused(
    text: str, place: str, says: tuple[str, ...], library: Project, demo_emulator: RunningEmulator
) -> None:
    """Exit 3 with the place in vodplan.yaml, and a secret in it is not repeated."""
    library.write(HEAD + text, "vodplan.yaml")
    library.manifest(f"videos: [{{id: {ID}, title: x}}]\n")

    shown = refused(library.call, "plan", code=3, says=says, at=f"vodplan.yaml:{place}")

    assert "abcdefghijklmnop" not in shown.said
    assert demo_emulator.calls() == []


def test_unknown_target_is_refused_with_those_there_are(library: Project, demo_emulator: RunningEmulator) -> None:
    """By --target and by VODPLAN_TARGET."""
    library.write(f"{HEAD}targets: {{lab: {{region: cn-shanghai}}}}\n", "vodplan.yaml")
    library.manifest(f"videos: [{{id: {ID}, title: x}}]\n")

    refused(library.call, "plan", "--target", "lob", code=3, says=('"lob"', "lab"))
    refused(library.call, "plan", code=3, says=('"lob"', "lab"), VODPLAN_TARGET="lob")

    assert demo_emulator.calls() == []


@pytest.mark.parametrize(
    "out", ["none/p.json", "manifests", "/proc/p.json"], ids=["no-folder", "a-folder", "not-writable"]
)
def test_plan_file_that_cannot_be_written_is_refused_before_planning(
    out: str, library: Project, demo_emulator: RunningEmulator
) -> None:
    """Work is not done that would be lost."""
    library.manifest(f"videos: [{{id: {ID}, title: x}}]\n")

    ended = library.call("plan", "--out", out)

    no_bug(ended)
    assert ended.code in (3, 64)
    assert out in ended.err
    assert next_step(ended.err)


def _soon(library: Project, *argv: str, prepare: Callable[[], None] | None = None) -> Ended:
    """Run the command in a process of its own, which must end soon."""
    ended = subprocess.run(
        [*command(), *argv],
        cwd=library.folder,
        env=library.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=SOON,
        preexec_fn=prepare,
        check=False,
    )
    result = Ended(ended.returncode, ended.stdout, ended.stderr)
    no_bug(result)
    return result


def _be_nobody_special() -> None:
    """Let go of root's right to read everything, as containers on Linux know it."""
    drop, override, search = 24, 1, 2  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    for capability in (override, search):
        ctypes.CDLL(None).prctl(drop, capability, 0, 0, 0)
