"""Who buys: RFM, tiers, types and what customers are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.figures.published import Published

if TYPE_CHECKING:
    import pandas


def rfm_grid(published: Published, is_in_community: bool | None = None) -> pandas.DataFrame:
    """The 25 cells of recency and frequency scores: recency_score, frequency_score, members, monetary."""
    return published.frame(
        """
        select recency_score, frequency_score, count(*) as members, sum(monetary) as monetary
        from marts.mart_rfm
        where $1 is null or is_in_community = $1
        group by recency_score, frequency_score
        """,
        [is_in_community],
    )


def segments(published: Published, is_in_community: bool | None = None) -> pandas.DataFrame:
    """The segments, most sales first: segment, segment_zh, members, monetary, recency_days, frequency."""
    return published.frame(
        """
        select
            segment, segment_zh, count(*) as members, sum(monetary) as monetary,
            avg(recency_days) as recency_days, avg(frequency) as frequency
        from marts.mart_rfm
        where $1 is null or is_in_community = $1
        group by segment, segment_zh
        order by monetary desc, segment
        """,
        [is_in_community],
    )


def tiers(published: Published, is_in_community: bool | None = None) -> pandas.DataFrame:
    """The value tiers: value_tier, members, monetary."""
    return published.frame(
        """
        select value_tier, count(*) as members, sum(monetary) as monetary
        from marts.mart_rfm
        where $1 is null or is_in_community = $1
        group by value_tier
        order by monetary desc, value_tier
        """,
        [is_in_community],
    )


def lifetime_value(published: Published) -> pandas.DataFrame:
    """Buyers by how probably they buy again.

    Columns: alive_from (0, 0.1 … 0.9), members, historic_value, expected_value_90d.
    """
    return published.frame(
        """
        select
            least(floor(probability_alive * 10) / 10, 0.9) as alive_from,
            count(*) as members,
            sum(historic_value) as historic_value,
            sum(expected_value_90d) as expected_value_90d
        from marts.mart_clv
        where probability_alive is not null
        group by alive_from
        order by alive_from
        """
    )


def user_types(published: Published) -> pandas.DataFrame:
    """Customers by type and role: user_type, user_type_zh, message_role, message_role_zh, members."""
    return published.frame(
        """
        select user_type, user_type_zh, message_role, message_role_zh, count(*) as members
        from marts.mart_user_type
        group by all
        order by members desc
        """
    )


def community_and_outside(published: Published, months: int = 12) -> pandas.DataFrame:
    """Buyers in groups and others by month, oldest first: the columns of `mart_community_vs_outside`."""
    return published.frame(
        """
        select * from marts.mart_community_vs_outside
        where period_type = 'month'
        qualify dense_rank() over (order by period_start desc) <= $1
        order by period_start, segment
        """,
        [months],
    )


def products(published: Published, limit: int = 20) -> pandas.DataFrame:
    """The products of all time that sold most: the columns of `mart_product`."""
    return published.frame(
        """
        select * from marts.mart_product
        where period_type = 'all'
        order by line_sales desc, product_id limit $1
        """,
        [limit],
    )
