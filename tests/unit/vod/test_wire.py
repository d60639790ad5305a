"""The shapes in which one thing may come."""

from __future__ import annotations

import pytest

from vodplan.core.errors import InvalidAnswer
from vodplan.vod.wire import Origin, Record


def a_record(**raw: object) -> Record:
    return Record(raw, Origin(operation="GetVideoInfos", request_id="R"))


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        (None, set()),
        ("", set()),
        ([], set()),
        ({}, set()),
        ({"VideoId": []}, set()),
        ({"VideoId": None}, set()),
        (["a", "b"], {"a", "b"}),
        ("a", {"a"}),
        ("a,b", {"a", "b"}),
        ({"ImageId": ["a"]}, {"a"}),
        ({"ImageId": "a"}, {"a"}),
        ([1000301], {"1000301"}),
    ],
)
def test_ids_in_every_documented_shape_are_read(value: object, ids: set[str]) -> None:
    """Bare, wrapped, a single text, null and absent mean the same to a reader."""
    assert ids == a_record(List=value).ids("List")
    assert set() == a_record().ids("List")


@pytest.mark.parametrize("value", [7, True, [None], [{"a": 1}], {"a": [], "b": []}, [True]])
def test_ids_in_another_shape_are_an_invalid_answer(value: object) -> None:
    """A shape that nobody documented is never taken for an empty list: that would turn present into gone."""
    with pytest.raises(InvalidAnswer, match="GetVideoInfos"):
        a_record(List=value).ids("List")


@pytest.mark.parametrize("value", [[{"a": 1}], {"Video": [{"a": 1}]}])
def test_records_bare_or_wrapped_are_read(value: object) -> None:
    """GetVideoList wraps its list, GetVideoInfos does not."""
    assert [record.integer("a") for record in a_record(List=value).records("List")] == [1]


def test_records_of_something_else_are_an_invalid_answer() -> None:
    """A list of texts is no list of objects."""
    with pytest.raises(InvalidAnswer):
        a_record(List=["a"]).records("List")
    with pytest.raises(InvalidAnswer):
        a_record(One=["a"]).record("One")


@pytest.mark.parametrize(
    ("value", "number"),
    [(5, 5), ("5", 5), ("-1", -1), (61.25, 61.25), ("61.2500", 61.25), (None, None), ("", None)],
)
def test_number_also_as_text_is_read(value: object, number: float | None) -> None:
    """The service writes some numbers as texts."""
    assert number == a_record(N=value).number("N")


@pytest.mark.parametrize("value", ["x", "nan", "inf", [], True, {}])
def test_number_that_is_none_is_an_invalid_answer(value: object) -> None:
    """What is no number is not zero either."""
    with pytest.raises(InvalidAnswer):
        a_record(N=value).number("N")


def test_integer_with_a_fraction_is_an_invalid_answer() -> None:
    """An id of 1.5 is a broken answer; 20480.0 is a whole number."""
    assert a_record(N="20480.0").integer("N") == 20480
    with pytest.raises(InvalidAnswer):
        a_record(N=1.5).integer("N")


@pytest.mark.parametrize(("value", "category"), [(0, None), (-1, None), ("", None), (None, None), ("7", 7), (7, 7)])
def test_category_in_any_spelling_of_none_is_none(value: object, category: int | None) -> None:
    """0, -1, empty and absent all say that there is no category."""
    assert category == a_record(C=value).category("C")


@pytest.mark.parametrize(
    ("value", "tags"), [(None, ()), ("", ()), ("a", ("a",)), ("b, a ,,b", ("b", "a")), (" , ", ())]
)
def test_tags_are_trimmed_without_repeats_in_order(value: object, tags: tuple[str, ...]) -> None:
    """How the service stores blanks and repeats is not documented, so they do not count."""
    assert tags == a_record(T=value).tags("T")


def test_text_of_another_type_is_an_invalid_answer() -> None:
    """Numbers may stand for texts; lists may not."""
    assert a_record(T=5).text("T") == "5"
    with pytest.raises(InvalidAnswer):
        a_record(T=[]).text("T")
