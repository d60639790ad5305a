"""Values that stand below each other, on a narrow terminal."""

from __future__ import annotations

import pytest

from vodplan.render.canvas import Canvas
from vodplan.render.text.fields import labelled_field
from vodplan.render.text.layout import INDENT, LABEL
from vodplan.render.width import cells

OLD = "https://img.example.com/covers/2026/11/an-old-and-very-long-name-of-a-picture-file-0123456789.jpg"
NEW = "第一课提取公因式与公式法附练习题和参考答案以及一段很长的说明文字来检查换行是否正确第一课提取公因式与公式法"


@pytest.mark.parametrize("columns", [60, 80])
def test_old_and_new_value_too_long_go_on_beside_their_signs(columns: int) -> None:
    """Below `- old` and `+ new` stands nothing but blanks, so that the signs tell where each value begins."""
    lines = list(labelled_field("cover", OLD, NEW, Canvas(width=columns)))
    values = [line[INDENT + LABEL :] for line in lines]

    assert [value[0] for value in values if value[0] != " "] == ["-", "+"]
    assert len(values) > 2
    assert all(value[:2] in ("- ", "+ ", "  ") and value[2] != " " for value in values)
    assert all(cells(line) <= columns for line in lines)
    assert "".join(value[2:] for value in values) == OLD + f'"{NEW}"'
