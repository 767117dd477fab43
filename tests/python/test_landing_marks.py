"""What in a workbook is no data."""

from __future__ import annotations

import pytest

from orchestration.landing.marks import EXAMPLES, GUIDE_SHEETS, TOTALS, is_example, is_guide, is_total


@pytest.mark.parametrize("cell", [*EXAMPLES.values(), "示例：a001", " 示例:2026-06-01", "EXAMPLE: a001"])
def test_an_example_is_known_by_its_first_cell(cell: str) -> None:
    assert is_example(cell)


@pytest.mark.parametrize("cell", ["", "示例", "示例渠道", "example.com", "a001", "不是示例：a001"])
def test_a_row_that_only_looks_like_an_example_is_data(cell: str) -> None:
    assert not is_example(cell)


@pytest.mark.parametrize("cell", [*TOTALS, "Total", " 合计：", "ＴＯＴＡＬ:"])
def test_a_total_is_known_in_any_case_and_width(cell: str) -> None:
    assert is_total(cell)


@pytest.mark.parametrize("cell", ["", "合计群", "total_sales", "小计划", ":"])
def test_a_name_that_holds_the_word_is_no_total(cell: str) -> None:
    assert not is_total(cell)


def test_the_guide_is_known_by_its_title() -> None:
    assert all(is_guide(title) for title in (*GUIDE_SHEETS.values(), "guide ", "说明"))
    assert not is_guide("渠道说明")
