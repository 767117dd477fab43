"""What landed, what was refused, and where vendors count otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.figures.published import Published

if TYPE_CHECKING:
    import pandas


def landings(published: Published) -> pandas.DataFrame:
    """Each export over all days it landed on, what still waits for a correction first.

    Columns: system, entity, last_landed, files, rows_read, rows_accepted, rows_rejected, rows_open,
    rows_duplicate, rows_late, unmatched_member_rate (of the newest day).
    """
    return published.frame(
        """
        select
            system, entity, max(landed_date) as last_landed, sum(files)::bigint as files,
            sum(rows_read)::bigint as rows_read, sum(rows_accepted)::bigint as rows_accepted,
            sum(rows_rejected)::bigint as rows_rejected, sum(rows_open)::bigint as rows_open,
            sum(rows_duplicate)::bigint as rows_duplicate, sum(rows_late)::bigint as rows_late,
            arg_max(unmatched_member_rate, landed_date) as unmatched_member_rate
        from core.fct_landing
        group by system, entity
        order by rows_open desc, rows_rejected desc, rows_read desc, system, entity
        """
    )


def reconciliation(published: Published, limit: int = 200) -> pandas.DataFrame:
    """Vendors' own figures beside ours, the newest and farthest apart first: the columns of the mart."""
    return published.frame(
        """
        select * from marts.mart_vendor_reconciliation
        where is_comparable
        order by figure_date desc, abs(difference_rate) desc nulls last, system, vendor_metric limit $1
        """,
        [limit],
    )
