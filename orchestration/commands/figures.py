"""The headline figures of the published version, with their change against the period before (环比)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from orchestration.figures import value_text
from orchestration.figures.headline import HEADLINE_METRICS
from orchestration.serving.query import run_query
from orchestration.settings import Settings

_METRICS = ", ".join(f"'{metric}'" for metric in HEADLINE_METRICS)
_SQL = f"""
with latest as (
    select period_type, max(period_start) as period_start
    from marts.mart_metric_value
    where scope_type = 'all' and period_type in ('week', 'month') and not is_partial
    group by period_type
)

select
    figures.metric_id,
    coalesce(catalog.label_en, figures.metric_id),
    coalesce(catalog.label_zh, figures.metric_id),
    coalesce(catalog.unit, 'count'),
    figures.period_type,
    figures.period_start,
    cast(figures.value as double),
    cast(figures.previous_change_rate as double)
from marts.mart_metric_value as figures
inner join latest
    on figures.period_type = latest.period_type and figures.period_start = latest.period_start
left join marts.metric_catalog as catalog on figures.metric_id = catalog.metric_id
where figures.scope_type = 'all' and figures.metric_id in ({_METRICS})
"""


@dataclass(frozen=True)
class Figure:
    """One metric of scope all in the last complete week or month.

    Attributes:
        period_type: week or month.
        unit: As in the metric catalogue: rate, yuan, count, people, …
        change: value / the period before's − 1, or None.
    """

    metric_id: str
    label_en: str
    label_zh: str
    unit: str
    period_type: str
    period_start: date
    value: float
    change: float | None

    def label(self, lang: str) -> str:
        return self.label_zh if lang == "zh" else self.label_en

    def value_text(self) -> str:
        """The value as people write it."""
        return value_text(self.value, self.unit)

    def change_text(self) -> str:
        return "" if self.change is None else f"{self.change:+.1%}"


def headline_figures(settings: Settings) -> list[Figure]:
    """The figures in the order of `HEADLINE_METRICS`, weeks before months.

    Raises:
        ShequnError: nothing is published, or the version holds no metric values.
    """
    figures = [
        Figure(row[0], row[1], row[2], row[3], row[4], date.fromisoformat(row[5]), row[6], row[7])
        for row in run_query(settings, _SQL).rows
    ]
    return sorted(
        figures, key=lambda figure: (HEADLINE_METRICS.index(figure.metric_id), figure.period_type != "week")
    )
