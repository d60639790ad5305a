"""The quick look at a plan's changes: it never says more than the model, and plans of ours pass it."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.unit.planfile.test_files import a_plan, edited
from vodplan.core.errors import ConfigError
from vodplan.core.planfile import digest, plan_bytes
from vodplan.planfile import files
from vodplan.planfile.model import PlanModel
from vodplan.planfile.quick import plain, plain_digest

DOCUMENT: dict[str, Any] = json.loads(plan_bytes(a_plan()))

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False)
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(["\x7f", "\u2028", "\b\f\x1f/"])
VALUES = st.recursive(
    SCALARS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
ODD = VALUES | st.sampled_from(
    ["video/x", "video/", "video/\n", "f" * 64, "f" * 64 + "\n", "F" * 64, "update", "rename", {"file": "a", "line": 1}]
)


@settings(max_examples=400, deadline=None)
@given(member=st.sampled_from(sorted(DOCUMENT["changes"][0])), value=ODD)
def test_change_that_is_plain_is_one_that_the_model_takes(member: str, value: object) -> None:
    """Whatever stands in a member: what the quick look lets pass, the model would have taken."""
    document = copy.deepcopy(DOCUMENT)
    document["changes"][0][member] = value
    try:
        PlanModel.model_validate(document)
        valid = True
    except ValidationError:
        valid = False

    assert valid or not plain(document["changes"])


@settings(max_examples=400, deadline=None)
@given(facts=st.dictionaries(TEXTS, VALUES, max_size=5))
def test_digest_of_a_plain_plan_is_the_digest(facts: dict[str, Any]) -> None:
    """Both writers give the same bytes for all that is plain: any text, whole numbers, fractions without exponent."""
    document = copy.deepcopy(DOCUMENT)
    document["changes"][0]["facts"] = facts

    if plain(document["changes"]):
        assert plain_digest(document) == digest(document)


@given(number=st.floats(1e-4, 1e16, exclude_max=True), sign=st.sampled_from([1, -1]))
def test_digest_of_fractions_without_an_exponent_is_the_digest(number: float, sign: int) -> None:
    """Durations are fractions, so plans of videos have them."""
    document = copy.deepcopy(DOCUMENT)
    document["changes"][0]["facts"] = {"duration": sign * number}

    assert plain(document["changes"])
    assert plain_digest(document) == digest(document)


@pytest.mark.parametrize("number", [1e16, 1e22, 9.9e-5, 1e-7, -1e300, 5e-324])
def test_fraction_with_an_exponent_is_not_plain(number: float) -> None:
    """The two writers disagree on it."""
    document = copy.deepcopy(DOCUMENT)
    document["changes"][0]["facts"] = {"duration": number}

    assert not plain(document["changes"])


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("extra", 1),
        ("address", "v1"),
        ("address", "video/\n"),
        ("action", "destroy"),
        ("action", ["update"]),
        ("fingerprint", "f" * 64 + "\n"),
        ("certain", 1),
        ("bytes_freed", -1),
        ("bytes_freed", True),
        ("source", {"file": "a.yaml", "line": True}),
        ("source", {"file": "a.yaml", "line": 1, "more": 1}),
        ("facts", {"tags": [["deep"]]}),
        ("params", None),
        ("before", []),
        ("kind", None),
        ("id", 1),
        ("rule", 1),
        ("reason", 1),
    ],
)
def test_change_with_a_doubtful_member_is_not_plain(member: str, value: object) -> None:
    """Doubt is the model's to settle."""
    document = copy.deepcopy(DOCUMENT)
    document["changes"][0][member] = value

    assert not plain(document["changes"])


def test_changes_of_a_plan_of_ours_are_plain() -> None:
    """Otherwise the quick look would be for nothing."""
    assert plain(DOCUMENT["changes"])


@pytest.mark.parametrize("changes", [None, {}, "", ["x"], [None], [{}]])
def test_changes_that_are_no_list_of_changes_are_not_plain(changes: object) -> None:
    """A document may hold anything there."""
    assert not plain(changes)


def test_plan_with_a_value_that_is_not_plain_is_read_all_the_same() -> None:
    """The other way takes longer, and accepts what is right."""
    content = edited(lambda plan: plan["changes"][0]["facts"].update(deep=[[{"a": [1e22]}]]))

    assert files.parse_plan(content, name="plan.json").changes[0].facts["deep"] == [[{"a": [1e22]}]]


def test_plan_with_a_fault_outside_of_plain_changes_is_refused_with_the_place() -> None:
    """The rest of a plan is always the model's."""
    with pytest.raises(ConfigError, match=r"is not a valid plan file: summary\.update:"):
        files.parse_plan(edited(lambda plan: plan["summary"].update(update=-1)), name="plan.json")
