"""How far targets are reached."""

from __future__ import annotations

from typing import Any

import pandas

from orchestration.charts import scorecard as scorecard_charts
from orchestration.figures import ALL, scorecard
from orchestration.figures.periods import Period, periods
from orchestration.reporting.asked import UNKNOWN, Asked, is_known
from orchestration.reporting.blocks import (
    Block,
    Cell,
    Column,
    Notes,
    Row,
    Section,
    Table,
    Text,
)

MOST_SCOPES = 10
_MANY = 10_000  # more scopes than a card has


def scorecards(asked: Asked) -> Section:
    """How far targets are reached: all groups metric by metric, then who is farthest from theirs."""
    title = asked.say("section.scorecards")
    blocks = [block for card in newest_cards(asked) for block in _card_blocks(asked, *card)]
    if not blocks:
        blocks.append(asked.nothing("no_targets", "mart_kpi_scorecard"))
    return Section("scorecards", title, tuple(blocks))


def newest_cards(asked: Asked) -> list[tuple[str, Period]]:
    """Each scorecard by its name, and the newest of its periods that had begun with the week."""
    cards = scorecard.cards(asked.published)
    begun = cards[cards["period_start"].dt.date <= asked.week.start].drop_duplicates("scorecard")
    known = {
        (period.type, period.start): period
        for period_type in begun["period_type"].unique()
        for period in periods(asked.published, period_type)
    }
    found = (
        (row["scorecard"], known.get((row["period_type"], row["period_start"].date())))
        for row in begun.to_dict("records")
    )
    return [(name, period) for name, period in found if period is not None]


def _card_blocks(asked: Asked, name: str, of: Period) -> list[Block]:
    period = asked.words.period(of.type, of.start)
    blocks: list[Block] = []
    if of.is_partial:
        blocks.append(Text(asked.say("partial_card", name=name, period=period, as_of=asked.week.as_of)))
    whole = scorecard.card(asked.published, name, of.type, of.start, ALL)
    if len(whole):
        score = asked.figure(whole["card_score"].iloc[0], "score")
        blocks += [Text(asked.say("card", name=name, period=period, score=score)), _card_table(asked, whole)]
    scopes = scorecard.card_scores(asked.published, name, of.type, of.start, _MANY)
    others = scopes[scopes["scope_type"] != "all"]
    if len(others):
        lowest = others.sort_values(["card_score", "scope_type", "scope_id"]).head(MOST_SCOPES)
        key = "lowest_cards" if len(others) > len(lowest) else "all_cards"
        blocks.append(Text(asked.say(key, name=name, period=period, shown=len(lowest), scopes=len(others))))
        blocks.append(_scopes_table(asked, lowest))
    return blocks


def _card_table(asked: Asked, card: pandas.DataFrame) -> Table:
    mart = "mart_kpi_scorecard"
    notes = Notes()
    told = scorecard_charts.with_texts(card, asked.words)
    rows = tuple(_target_row(asked, row, notes) for row in told.to_dict("records"))
    figures = ("actual", "target", "attainment_rate", "weight", "score")
    columns = (
        Column(asked.say("column.metric"), is_figure=False),
        *(asked.column(column, mart) for column in figures),
    )
    return Table(columns, rows, notes.lettered())


def _scopes_table(asked: Asked, scopes: pandas.DataFrame) -> Table:
    rows = scopes.to_dict("records")
    shown = scopes.assign(
        text0=[asked.words.word("scope_type", row["scope_type"]) for row in rows],
        text1=[
            asked.words.word("group_type", row["name"]) if row["scope_type"] == "group_type" else row["name"]
            for row in rows
        ],
    )
    names = [Column(asked.say(f"column.{name}"), is_figure=False) for name in ("scope_type", "scope")]
    return asked.figures_table(shown, "mart_kpi_scorecard", names, ("card_score", "missing_weight"))


def _target_row(asked: Asked, row: dict[str, Any], notes: Notes) -> Row:
    _, term = asked.measure(row["metric_id"])
    mart = "mart_kpi_scorecard"
    bound = {"up": "≥ ", "down": "≤ "}.get(row["direction"], "")
    actual = row["actual_text"]
    is_missed = is_known(row["attainment_rate"]) and row["attainment_rate"] < 1
    return Row(
        (
            Cell(row["metric"]),
            Cell(actual, mark=notes.mark(asked.why("actual")) if actual == UNKNOWN else ""),
            Cell(bound + row["target_text"]),
            Cell(asked.figure(row["attainment_rate"], "rate"), "bad" if is_missed else ""),
            asked.cell(row["weight"], "weight", mart, notes),
            asked.cell(row["score"], "score", mart, notes),
        ),
        term,
    )
