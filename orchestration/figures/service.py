"""How fast staff answer (R18), and what customers say of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from orchestration.figures.published import Published
from orchestration.figures.scopes import ALL, Scope

if TYPE_CHECKING:
    import pandas

# Upper ends in seconds; what is slower is in the last, `slower`.
RESPONSE_BANDS = (("1_min", 60), ("5_min", 300), ("15_min", 900), ("1_h", 3600), ("4_h", 14400))


def responses(published: Published, start: date, end: date, staff_id: str | None = None) -> pandas.DataFrame:
    """Turns opened in these days by how long the answer took: band, place, turns; every band has a row."""
    bands = [(name, place) for place, (name, _) in enumerate(RESPONSE_BANDS)]
    bands += [("slower", len(bands)), ("unanswered", len(bands) + 1)]
    listed = ", ".join(f"('{name}', {place})" for name, place in bands)
    cases = " ".join(f"when response_seconds <= {seconds} then '{name}'" for name, seconds in RESPONSE_BANDS)
    return published.frame(
        f"""
        with turns as (
            select case when not is_answered then 'unanswered' {cases} else 'slower' end as band
            from core.fct_response
            where opened_date between $1 and $2 and ($3 is null or staff_id = $3)
        )

        select bands.band, bands.place, count(turns.band) as turns
        from (values {listed}) as bands (band, place)
        left join turns on bands.band = turns.band
        group by bands.band, bands.place
        order by bands.place
        """,
        [start, end, staff_id],
    )


def staff(published: Published, period_type: str, start: date) -> pandas.DataFrame:
    """Staff in a day, week or month, who served most first: `mart_staff_service`, staff_name, department."""
    return published.frame(
        """
        select
            service.* exclude (period_type, period_start, period_end),
            coalesce(people.staff_name, service.staff_id) as staff_name,
            people.department
        from marts.mart_staff_service as service
        left join core.dim_staff as people on service.staff_id = people.staff_id
        where service.period_type = $1 and service.period_start = $2
        order by service.customers_served desc, service.staff_id
        """,
        [period_type, start],
    )


def quality(
    published: Published, scope: Scope = ALL, period_type: str = "week", periods: int = 26
) -> pandas.DataFrame:
    """Complaints and praises by period (scopes all, group), oldest first: `mart_service_quality`."""
    return published.frame(
        """
        select * from (
            select * from marts.mart_service_quality
            where scope_type = $1 and scope_id = $2 and period_type = $3
            order by period_start desc limit $4
        ) order by period_start
        """,
        [scope.type, scope.id, period_type, periods],
    )
