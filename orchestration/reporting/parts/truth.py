"""How far the figures can be trusted."""

from __future__ import annotations

from orchestration.figures import ALL, headline, landings, weekly
from orchestration.reporting.asked import Asked, is_known
from orchestration.reporting.blocks import (
    Block,
    Column,
    Point,
    Points,
    Section,
)

MOST_EXPORTS = 10
UNMATCHED = 0.02  # of ids in no list of members, from which on an export is named


def truth(asked: Asked) -> Section:
    """How far the figures can be trusted."""
    found = landings.landings(asked.published)
    totals = {
        name: int(found[name].sum()) for name in ("rows_read", "rows_rejected", "rows_open", "rows_late")
    }
    manifest = asked.published.version.manifest
    points = [
        Point(
            asked.say(
                "version",
                version=asked.published.version.name,
                as_of=asked.week.as_of,
                built=manifest["built_at"][:16].replace("T", " "),
                zone=manifest["business_timezone"],
                history_start=asked.week.history_start,
            )
        ),
        Point(
            asked.say("landed", **{name: f"{count:,}" for name, count in totals.items()}),
            command="shequn rejects" if totals["rows_open"] else "",
        ),
    ]
    coverage = headline.values(asked.published, ALL, "week", asked.week.start, ["cost_coverage_rate"])
    known = coverage["value"].iloc[0]
    if is_known(known) and known < 1:
        measure, term = asked.measure("cost_coverage_rate")
        points.append(
            Point(
                asked.say("cost_coverage", label=measure.label, rate=asked.figure(known, "rate")), term=term
            )
        )
    late = weekly.late_exports(asked.published, MOST_EXPORTS).to_dict("records")
    points += [Point(asked.told(row, "message"), "bad") for row in late]
    if not late:
        points.append(Point(asked.say("no_late_exports")))
    blocks: list[Block] = [Points(tuple(points))]
    troubled = found[
        (found["rows_open"] > 0) | (found["rows_late"] > 0) | (found["unmatched_member_rate"] > UNMATCHED)
    ].head(MOST_EXPORTS)
    if len(troubled):
        shown = troubled.assign(text0=troubled["system"] + "/" + troubled["entity"])
        names = (Column(asked.say("column.export"), is_figure=False),)
        columns = ("rows_read", "rows_rejected", "rows_open", "rows_late", "unmatched_member_rate")
        blocks.append(asked.figures_table(shown, "fct_landing", names, columns))
    return Section("truth", asked.say("section.truth"), tuple(blocks))
