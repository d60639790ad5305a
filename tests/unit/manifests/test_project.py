"""The project file: found, read, and turned into settings."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from tests.unit.manifests.manifests import codes
from vodplan.core.diagnostics import Diagnostic
from vodplan.core.errors import ManifestError
from vodplan.core.policy import Bound, Policy, Protection
from vodplan.manifests.project import Project, TargetConfig, find_project

FULL = """apiVersion: vodplan/v1
manifests: [manifests/, more/extra.yaml]
default_target: production
targets:
  production: {region: cn-shanghai, profile: prod}
  local: {emulator: .vodplan/emulator.db}
  lab: {endpoint: "http://127.0.0.1:8900", region: ap-southeast-1}
policy:
  max_deletes: 10
  max_updates: {video: "30%", image: 5, category: 0}
  max_delete_bytes: 1.5TB
  max_managed_drop: "50%"
  protect:
    - {tags: {any: [keep, hold]}}
    - {category: Legal, ids: [v1], id: video/v2}
    - {tags: {all: [a, b]}, created: {after: 2026-01-01, before: 2026-02-01}, younger_than: 30d, status: [Blocked]}
  require: {video: [title, category]}
  tags: {vocabulary: [sports, news]}
store: sqlite:///.vodplan/state.db
limits: {share: 0.5, rates: {GetVideoInfos: 500}}
"""


def read(root: Path, text: str) -> Project:
    """The project of a folder with this project file."""
    (root / "vodplan.yaml").write_text(text, encoding="utf-8")
    return find_project(root, environ={})


def refused(root: Path, text: str) -> tuple[Diagnostic, ...]:
    """What is wrong with a project file."""
    with pytest.raises(ManifestError) as caught:
        read(root, text)
    return caught.value.diagnostics


def test_project_has_every_setting(tmp_path: Path) -> None:
    """Paths are relative to the file's folder, bounds and rules are data."""
    assert read(tmp_path, FULL) == Project(
        path=tmp_path / "vodplan.yaml",
        root=tmp_path,
        manifests=(tmp_path / "manifests", tmp_path / "more/extra.yaml"),
        default_target="production",
        targets={
            "production": TargetConfig(name="production", region="cn-shanghai", profile="prod"),
            "local": TargetConfig(name="local", region="cn-shanghai", emulator=tmp_path / ".vodplan/emulator.db"),
            "lab": TargetConfig(name="lab", region="ap-southeast-1", endpoint="http://127.0.0.1:8900"),
        },
        policy=Policy(
            max_deletes=Bound(count=10),
            max_updates={"video": Bound(percent=30.0), "image": Bound(count=5), "category": Bound(count=0)},
            max_delete_bytes=1_500_000_000_000,
            max_managed_drop=Bound(percent=50.0),
            protect=(
                Protection(any_tags=frozenset({"keep", "hold"})),
                Protection(category="Legal", ids=frozenset({"v1", "video/v2"})),
                Protection(
                    all_tags=frozenset({"a", "b"}),
                    created_after=datetime.date(2026, 1, 1),
                    created_before=datetime.date(2026, 2, 1),
                    younger_than=datetime.timedelta(days=30),
                    statuses=frozenset({"Blocked"}),
                ),
            ),
            require={"video": ("title", "category")},
            vocabulary=frozenset({"sports", "news"}),
        ),
        store="sqlite:///.vodplan/state.db",
        share=0.5,
        rates={"GetVideoInfos": 500.0},
    )


def test_project_of_one_line_has_the_defaults(tmp_path: Path) -> None:
    """Only the version is needed."""
    assert read(tmp_path, "apiVersion: vodplan/v1\n") == Project(
        path=tmp_path / "vodplan.yaml", root=tmp_path, manifests=(tmp_path / "manifests",)
    )


def test_no_project_file_gives_the_defaults(tmp_path: Path) -> None:
    """Without a file the folder itself is the root."""
    found = find_project(tmp_path, environ={})

    assert found == Project(path=None, root=tmp_path, manifests=(tmp_path / "manifests",))
    assert (found.share, found.store, found.targets, found.default_target) == (0.8, None, {}, None)


def test_project_file_is_searched_upward(tmp_path: Path) -> None:
    """The nearest one counts, and its folder is the root."""
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / "vodplan.yaml").write_text("apiVersion: vodplan/v1\n", encoding="utf-8")

    assert find_project(below, environ={}).root == tmp_path

    (tmp_path / "a" / "vodplan.yaml").write_text("apiVersion: vodplan/v1\n", encoding="utf-8")

    assert find_project(below, environ={}).root == tmp_path / "a"


def test_named_project_file_comes_before_the_environment_s(tmp_path: Path) -> None:
    """`--config`, then VODPLAN_CONFIG, then the search."""
    for name in ("flag", "variable", "found"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "vodplan.yaml").write_text("apiVersion: vodplan/v1\n", encoding="utf-8")
    start = tmp_path / "found"
    environ = {"VODPLAN_CONFIG": str(tmp_path / "variable" / "vodplan.yaml")}

    flag = find_project(start, explicit=tmp_path / "flag" / "vodplan.yaml", environ=environ)

    assert flag.root == tmp_path / "flag"
    assert find_project(start, environ=environ).root == tmp_path / "variable"
    assert find_project(start, environ={"VODPLAN_CONFIG": ""}).root == start
    assert find_project(start, environ={"VODPLAN_CONFIG": "../flag/vodplan.yaml"}).root.resolve() == tmp_path / "flag"


@pytest.mark.parametrize("make", ["nothing", "folder"])
def test_project_file_that_is_none_is_told(make: str, tmp_path: Path) -> None:
    """A named file that is missing, or is a folder, ends the command; no default stands in for it."""
    if make == "folder":
        (tmp_path / "other.yaml").mkdir()

    with pytest.raises(ManifestError) as caught:
        find_project(tmp_path, explicit=tmp_path / "other.yaml", environ={})

    assert codes(caught.value.diagnostics) == ["VP201"]
    assert "other.yaml" in caught.value.diagnostics[0].detail
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    "line",
    [
        "targets: {a: {region: cn-shanghai, access_key_id: x}}",
        "targets: {a: {region: cn-shanghai, accessKeySecret: x}}",
        "targets: {a: {region: cn-shanghai, security_token: x}}",
        "targets: {a: {region: cn-shanghai, profile: LTAI5tAbcdefghijklmn}}",
        "password: x",
        "credentials: {id: x}",
        "store: postgresql://me:secret-word@db.example.com/vodplan",
        "store: [{x: secret-word",
    ],
)
def test_secret_is_never_shown(line: str, tmp_path: Path) -> None:
    """Neither the excerpt nor the sentence of any finding has what should not have been there."""
    found = refused(tmp_path, f"apiVersion: vodplan/v1\n{line}\n")

    assert found
    assert all(one.excerpt is None for one in found)
    assert not any("secret-word" in one.detail or "LTAI" in one.detail for one in found)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("store: postgresql://me@db.example.com/vodplan", None),
        ("store: postgresql://db.example.com/vodplan", None),
        ("targets: {secret-lab: {region: cn-shanghai}}", None),
        ('targets: {a: {region: cn-shanghai, endpoint: "https://vod.example.com"}}', None),
        ('targets: {a: {region: cn-shanghai, endpoint: "http://localhost:1"}}', None),
        ('targets: {a: {region: cn-shanghai, endpoint: "http://[::1]:1"}}', None),
        ('targets: {a: {region: cn-shanghai, endpoint: "http://127.1.2.3"}}', None),
        ('targets: {a: {region: cn-shanghai, endpoint: "http://10.0.0.1"}}', "VP204"),
        ('targets: {a: {region: cn-shanghai, endpoint: "http://localhost.example.com"}}', "VP204"),
        ("targets: {a: {region: cn-shanghai, endpoint: vod.example.com}}", "VP204"),
        ('targets: {a: {region: cn-shanghai, endpoint: "http://[::1"}}', "VP204"),
        ('targets: {a: {region: cn-shanghai, endpoint: "https://a:b"}}', "VP204"),
        ('targets: {a: {region: cn-shanghai, endpoint: "https://vod.example.com/"}}', None),
        ('targets: {a: {region: cn-shanghai, endpoint: "https://vod.example.com/v1"}}', "VP204"),
        ('targets: {a: {region: cn-shanghai, endpoint: "https://vod.example.com?a=b"}}', "VP204"),
        ('targets: {a: {region: cn-shanghai, endpoint: "https://vod.example.com#a"}}', "VP204"),
        ("policy: {max_deletes: 0}", None),
        ('policy: {max_deletes: "5%"}', None),
        ("policy: {max_deletes: 12.5%}", None),
        ("policy: {max_deletes: 5.5}", "VP204"),
        ("policy: {max_deletes: true}", "VP204"),
        ('policy: {max_deletes: "101%"}', "VP204"),
        ('policy: {max_deletes: "10"}', "VP204"),
        ("policy: {max_deletes: null}", "VP204"),
        ("policy: {max_deletes: {video: 10}}", None),
        ("policy: {max_deletes: {}}", "VP204"),
        ("policy: {max_deletes: {vidoe: 10}}", "VP204"),
        ("policy: {max_deletes: {video: -1}}", "VP204"),
        ("policy: {max_delete_bytes: 0}", None),
        ("policy: {max_delete_bytes: 500 GB}", None),
        ("policy: {max_delete_bytes: -1}", "VP204"),
        ("policy: {max_delete_bytes: true}", "VP204"),
        ("policy: {max_delete_bytes: 500Gb}", "VP204"),
        ("policy: {max_delete_bytes: 1kiB}", "VP204"),
        ('policy: {max_delete_bytes: "500"}', "VP204"),
        ("policy: {max_delete_bytes: 1.2.3GB}", "VP204"),
        ("policy: {max_managed_drop: 3}", None),
        ("policy: {max_managed_drop: {video: 3}}", "VP204"),
        ("policy: {protect: [{tags: {}}]}", "VP204"),
        ("policy: {protect: [{tags: {all: []}}]}", "VP204"),
        ("policy: {protect: [{created: {}}]}", "VP204"),
        ("policy: {protect: [{created: {after: 2026-02-30}}]}", "VP204"),
        ("policy: {protect: [{created: {after: 2026-02-01, before: 2026-02-02}}]}", None),
        ("policy: {protect: [{created: {after: 2026-02-01, before: 2026-02-01}}]}", "VP204"),
        ("policy: {protect: [{younger_than: 12h}]}", None),
        ("policy: {protect: [{younger_than: 30}]}", "VP204"),
        ("policy: {protect: [{younger_than: 0d}]}", "VP204"),
        ("policy: {protect: [{younger_than: 1m}]}", "VP204"),
        ("policy: {protect: [{status: [Normal]}]}", None),
        ("policy: {protect: [{status: [normal]}]}", "VP204"),
        ("policy: {protect: [{status: Normal}]}", "VP204"),
        ("policy: {protect: [{state: [Normal]}]}", "VP203"),
        ("limits: {share: 1}", None),
        ("limits: {rates: {SearchMedia: 0.5}}", None),
        ("limits: {rates: {SearchMedia: 0}}", "VP204"),
        ("limits: {rates: {SearchMedias: 5}}", "VP204"),
        ("limits: {share: 0}", "VP204"),
        ("limits: {share: .nan}", "VP204"),
        ('limits: {share: "0.5"}', "VP204"),
        ("store: null", "VP204"),
        ("default_target: 12", "VP204"),
        ("policy: {require: {video: []}}", None),
        ("targets: {}", None),
        ("policy: {backup: ../elsewhere}", None),
        ("policy: {backup: }", "VP204"),
        ('policy: {backup: ""}', "VP204"),
        ("policy: {backup: true}", "VP204"),
        ("policy: {backup: 's3://bucket/backup'}", "VP204"),
        ("policy: {backup: ~/backup}", "VP204"),
        ('policy: {backup: "a\\0b"}', "VP204"),
        ("12: x", "VP203"),
    ],
)
def test_setting_is_taken_or_told(line: str, code: str | None, tmp_path: Path) -> None:
    """Each setting takes what the page says and nothing else."""
    text = f"apiVersion: vodplan/v1\n{line}\n"

    if code is None:
        assert read(tmp_path, text).path is not None
    else:
        assert set(codes(refused(tmp_path, text))) == {code}


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("7", 7),
        ("7B", 7),
        ("2kB", 2_000),
        ("2KB", 2_000),
        ("2KiB", 2_048),
        ("1.5MB", 1_500_000),
        ("500 GB", 500_000_000_000),
        ("1TiB", 2**40),
        ("0.000001PiB", 2**50 // 10**6),
        ("9007199254.740993PB", 9_007_199_254_740_993_000_000_000),
    ],
)
def test_amount_of_bytes_is_read_exactly(written: str, size: int, tmp_path: Path) -> None:
    """Decimal units count by thousands, binary ones by 1,024; nothing is lost to rounding."""
    found = read(tmp_path, f"apiVersion: vodplan/v1\npolicy: {{max_delete_bytes: {written}}}\n")

    assert found.policy.max_delete_bytes == size


@pytest.mark.parametrize(
    ("written", "folder"),
    [("", None), ("backup: off", None), ('backup: "off"', None), ("backup: /volumes/b", "/volumes/b")],
)
def test_backup_is_off_unless_a_folder_is_named(written: str, folder: str | None, tmp_path: Path) -> None:
    """`off` is a word of the setting, in quotes or not; a folder called so is written ./off."""
    found = read(tmp_path, f"apiVersion: vodplan/v1\npolicy: {{{written}}}\n")

    assert found.policy.backup == folder


@pytest.mark.parametrize(("written", "hours"), [("12h", 12), ("30d", 720), ("8w", 1344)])
def test_span_is_read_in_hours_days_and_weeks(written: str, hours: int, tmp_path: Path) -> None:
    """Months and years differ in length, so there are none."""
    found = read(tmp_path, f"apiVersion: vodplan/v1\npolicy: {{protect: [{{younger_than: {written}}}]}}\n")

    assert found.policy.protect == (Protection(younger_than=datetime.timedelta(hours=hours)),)


def test_bound_of_a_kind_there_is_not_names_those_there_are(tmp_path: Path) -> None:
    """A bound that is never looked at is worse than none."""
    (found,) = refused(tmp_path, "apiVersion: vodplan/v1\npolicy: {max_deletes: {vidoe: 10}}\n")

    assert 'the kinds are video, image, attached or category. Did you mean "video"?' in found.detail
