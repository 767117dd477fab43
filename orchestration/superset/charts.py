"""Charts of `dashboard.yml` in Superset's words: what its own pages draw, and the query its API asks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

ROWS = 10_000
# Of this height a table has no room for more than its rows.
SMALL = 30


@dataclass(frozen=True)
class Chart:
    """One chart as `dashboard.yml` has it.

    Attributes:
        name: What it is known by, whatever the language.
        kind: number, line, bar, stack, columns, pie, funnel, heatmap, histogram or table.
        title: In the language asked for.
        dataset: What it shows.
        metrics: Saved metrics of the dataset.
        by: The column along the axis.
        parts: The columns that part it.
        columns: Of a table; of a histogram the one.
        order: Columns to sort by, a minus before what falls.
        where: Values of columns.
        dates: How days are written, in d3's words.
        width: Of 12.
        height: In units of 8 pixels.
        formats: How the dataset's columns and metrics are written, in d3's words.
    """

    name: str
    kind: str
    title: str
    dataset: str
    metrics: tuple[str, ...] = ()
    by: str = ""
    parts: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    where: Mapping[str, Any] = field(default_factory=dict)
    dates: str = "%Y-%m-%d"
    width: int = 12
    height: int = 50
    formats: Mapping[str, str] = field(default_factory=dict)

    @property
    def viz_type(self) -> str:
        """What Superset calls its kind."""
        return _KINDS[self.kind][0]

    def params(self) -> Json:
        """What Superset's pages draw it from."""
        return {
            "viz_type": self.viz_type,
            "adhoc_filters": [_filter(column, value) for column, value in self.where.items()],
            "row_limit": ROWS,
            **_KINDS[self.kind][1](self),
        }

    def query(self) -> Json:
        """The same as one query of Superset's API."""
        columns = [*self.columns] if self.columns else [*filter(None, (self.by,)), *self.parts]
        order = [[name.removeprefix("-"), not name.startswith("-")] for name in self.order]
        return {
            "columns": columns,
            **({"metrics": list(self.metrics)} if self.metrics else {}),  # without any, rows as they are
            "filters": [_query_filter(column, value) for column, value in self.where.items()],
            "orderby": order or [[column, True] for column in columns[:1]],
            "row_limit": ROWS,
            "extras": {"having": "", "where": ""},
        }

    def format(self) -> str:
        """Of its first metric."""
        return self.formats.get(self.metrics[0], "SMART_NUMBER")


def _filter(column: str, value: Any) -> Json:
    asked = _query_filter(column, value)
    return {
        "expressionType": "SIMPLE",
        "clause": "WHERE",
        "subject": column,
        "operator": asked["op"],
        "operatorId": {"==": "EQUALS", "IS TRUE": "IS_TRUE", "IS FALSE": "IS_FALSE"}[asked["op"]],
        "comparator": asked.get("val"),
        "filterOptionName": f"filter_{column}",
    }


def _query_filter(column: str, value: Any) -> Json:
    if isinstance(value, bool):
        return {"col": column, "op": f"IS {value}".upper()}
    return {"col": column, "op": "==", "val": value}


def _number(chart: Chart) -> Json:
    return {
        "metric": chart.metrics[0],
        "x_axis": chart.by,
        "compare_lag": 1,
        "compare_suffix": "环比" if "环比" in chart.title else "",
        "show_trend_line": True,
        "start_y_axis_at_zero": False,
        "y_axis_format": chart.format(),
        "time_format": chart.dates,
        "header_font_size": 0.3,
        "subheader_font_size": 0.125,
    }


def _series(chart: Chart) -> Json:
    return {
        "x_axis": chart.by,
        "metrics": list(chart.metrics),
        "groupby": list(chart.parts),
        "x_axis_time_format": chart.dates,
        "xAxisLabelRotation": 45,
        "tooltipTimeFormat": chart.dates,
        "y_axis_format": chart.format(),
        "rich_tooltip": True,
        "show_legend": True,
        "legendType": "scroll",
        "truncate_metric": True,
        "stack": "Stack" if chart.kind == "stack" else None,
    }


def _columns(chart: Chart) -> Json:
    return _series(chart) | {
        "orientation": "horizontal",
        "xAxisLabelRotation": 0,
        "show_legend": False,
        "show_value": True,
        "x_axis_sort": chart.metrics[0],
        "x_axis_sort_asc": True,
    }


def _pie(chart: Chart) -> Json:
    return {
        "metric": chart.metrics[0],
        "groupby": [chart.by],
        "number_format": chart.format(),
        "label_type": "key_percent",
        "show_legend": True,
        "legendType": "scroll",
        "donut": True,
        "innerRadius": 40,
        "sort_by_metric": True,
    }


def _funnel(chart: Chart) -> Json:
    return {
        "metric": chart.metrics[0],
        "groupby": [chart.by],
        "number_format": chart.format(),
        "percent_calculation_type": "first_step",
        "sort_by_metric": True,
        "show_legend": False,
        "show_labels": True,
        "label_type": 5,  # name, number and percentage
    }


def _heatmap(chart: Chart) -> Json:
    return {
        "x_axis": chart.by,
        "groupby": chart.parts[0],
        "metric": chart.metrics[0],
        "normalize_across": "heatmap",
        "sort_x_axis": "alpha_asc",
        "sort_y_axis": "alpha_desc",
        "linear_color_scheme": "schemeBlues",
        "show_values": chart.width < 8,
        "show_legend": True,
        "left_margin": 100,
        "y_axis_format": chart.format(),
        "x_axis_time_format": chart.dates,
    }


def _histogram(chart: Chart) -> Json:
    return {"column": chart.columns[0], "bins": 20, "groupby": [], "show_legend": False}


def _table(chart: Chart) -> Json:
    return {
        "query_mode": "raw",
        "all_columns": list(chart.columns),
        "order_by_cols": [
            json.dumps([name.removeprefix("-"), not name.startswith("-")]) for name in chart.order
        ],
        "table_timestamp_format": "%Y-%m-%d",
        "page_length": 20 if chart.height > SMALL else 0,
        "include_search": chart.height > SMALL,
        "show_cell_bars": False,
        "column_config": {
            column: {"d3NumberFormat": chart.formats[column]}
            for column in chart.columns
            if column in chart.formats
        },
    }


_KINDS: dict[str, tuple[str, Callable[[Chart], Json]]] = {
    "number": ("big_number", _number),
    "line": ("echarts_timeseries_line", _series),
    "bar": ("echarts_timeseries_bar", _series),
    "stack": ("echarts_timeseries_bar", _series),
    "columns": ("echarts_timeseries_bar", _columns),
    "pie": ("pie", _pie),
    "funnel": ("funnel", _funnel),
    "heatmap": ("heatmap_v2", _heatmap),
    "histogram": ("histogram_v2", _histogram),
    "table": ("table", _table),
}
