"""What removals free, by category and by age."""

from __future__ import annotations

from tests.unit.render import plans
from vodplan.core.change import Action, Change
from vodplan.core.values import Json
from vodplan.render.html.charts import MOST_BARS, charts_of


def removal(number: int, category: str, created: str = "2025-06-01T00:00:00Z", freed: int | None = 10) -> Change:
    """A video to delete."""
    before: dict[str, Json] = {"category": category, "created": created}
    return plans.a_change(Action.DELETE, address=f"video/{number:032x}", before=before, bytes_freed=freed)


def test_chart_with_many_categories_keeps_the_largest_and_adds_up_the_rest() -> None:
    """A page has room for a few bars, and loses no byte."""
    changes = [removal(number, f"Category {number}", freed=100 - number) for number in range(12)]
    changes[0] = removal(0, "Category 0", freed=200)

    by_category, _ = charts_of(plans.a_plan(*changes))

    assert len(by_category.bars) == MOST_BARS
    assert [bar.name for bar in by_category.bars[:2]] == ["Category 0", "Category 1"]
    assert by_category.bars[-1].name == "5 other categories"
    assert [bar.rest for bar in by_category.bars] == [False] * 7 + [True]
    assert [bar.share for bar in by_category.bars] == [100.0, 49.5, 49.0, 48.5, 48.0, 47.5, 47.0, 0.0]
    assert sum(bar.bytes for bar in by_category.bars) == 200 + sum(100 - number for number in range(1, 12))


def test_chart_ages_are_counted_from_the_day_of_the_plan() -> None:
    """The plan is of 2026-01-02, and shows the same a year later; a day that cannot be read is not known."""
    days = ("2026-01-01", "2025-12-01", "2024-06-01", "2022-01-01", "2010-01-01", "someday", "2027-01-01")

    _, by_age = charts_of(plans.a_plan(*(removal(n, "News", day) for n, day in enumerate(days))))

    assert [(bar.name, bar.removals) for bar in by_age.bars] == [
        ("under a month", 2),
        ("1 to 12 months", 1),
        ("1 to 2 years", 1),
        ("2 to 5 years", 1),
        ("5 years and more", 1),
        ("not known", 1),
    ]


def test_chart_without_sizes_measures_removals() -> None:
    """Bars of nothing would say that nothing goes."""
    changes = [removal(1, "News", freed=None), removal(2, "News", freed=None), removal(3, "Film", freed=None)]

    by_category, _ = charts_of(plans.a_plan(*changes))

    assert not by_category.by_bytes
    assert [(bar.name, bar.share, bar.amount) for bar in by_category.bars] == [("News", 100.0, ""), ("Film", 50.0, "")]


def test_chart_of_a_plan_that_removes_no_media_is_not_there() -> None:
    """An empty category has no bytes and no age."""
    category = plans.a_change(Action.DELETE, address="category/Old", before={"path": "Old"})

    assert charts_of(plans.a_plan(plans.a_change(), category)) == ()
