"""Colours, type and the one look of all charts."""

from __future__ import annotations

import altair

# What grows, or simply is; what leaves or fails; what stands beside for comparison.
ACCENT = "#1565a9"
LOSS = "#d0622b"
CALM = "#8996a5"
PALE = "#cfd8e1"
INK = "#1f2933"
MUTED = "#5f6b7a"
GRID = "#e8ecf0"
# From nothing to most, of one hue: readable without telling hues apart.
RAMP = ("#f2f6fa", "#c3d9ec", "#7fb0d9", "#3a86c4", "#1565a9", "#0b3d6b")
# Channels and the like, in this order; what is beyond is told apart by its name alone.
SEVERAL = (ACCENT, "#57a0d3", "#2a9d8f", "#8ab17d", "#e9c46a", LOSS, "#b07aa1", CALM, "#6b4c9a", PALE)
# The first one that the reader's machine has; Chinese ones first, since they have Latin letters too.
FONTS = (
    "Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, Hiragino Sans GB, "
    "WenQuanYi Micro Hei, WenQuanYi Zen Hei, Helvetica Neue, Arial, sans-serif"
)
LABEL_LIMIT = 150


Chart = altair.Chart | altair.LayerChart | altair.FacetChart


def themed(chart: Chart) -> Chart:
    """The chart in the look of the house."""
    done: Chart = (
        chart.configure(font=FONTS, background="transparent", padding=4)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=MUTED,
            titleColor=MUTED,
            titleFontWeight="normal",
            labelFontSize=12,
            titleFontSize=12,
            gridColor=GRID,
            domainColor=PALE,
            tickColor=PALE,
            labelLimit=LABEL_LIMIT,
            labelOverlap=True,
        )
        .configure_axisX(grid=False, labelSeparation=6)
        .configure_axisY(domain=False, ticks=False)
        .configure_legend(
            orient="top",
            title=None,
            labelColor=MUTED,
            labelFontSize=12,
            labelLimit=LABEL_LIMIT,
            columns=altair.ExprRef("width < 420 ? 2 : 4"),
            symbolType="square",
        )
        .configure_text(fontSize=12, color=INK)
    )
    return done
