"""Drawings as SVG that stands in a page: no script, no font, no address."""

from __future__ import annotations

import re
from html import escape

import vl_convert

from orchestration.charts import Drawing

_IDS = re.compile(r'id="([^"]+)"')
_OPENING = re.compile(r"<svg [^>]*?viewBox=(\"[^\"]*\")[^>]*>")
_SPACES = re.compile(r' xmlns(:\w+)?="[^"]*"| version="1\.1"| aria-\w+="[^"]*"| role="[^"]*"')


def picture(drawing: Drawing, name: str, width: int, height: int | None = None) -> tuple[str, float, float]:
    """The drawing as an SVG element, and the width and height of its view box.

    Args:
        drawing: Its chart is drawn.
        name: Begins the ids in it, which are those of the whole page; letters and digits.
        width: Of what is drawn, without axes, in px of its text's 12 px.
        height: Likewise; None as the chart has it.
    """
    sizes = {"width": width} | ({} if height is None else {"height": height})
    svg = vl_convert.vegalite_to_svg(drawing.chart.properties(**sizes).to_dict())
    for place, found in enumerate(dict.fromkeys(_IDS.findall(svg))):
        svg = svg.replace(f'id="{found}"', f'id="{name}-{place}"').replace(
            f"(#{found})", f"(#{name}-{place})"
        )
    opening = _OPENING.search(svg)
    assert opening is not None
    box = opening[1]
    _, _, across, down = (float(number) for number in box.strip('"').split())
    body = _SPACES.sub("", svg[opening.end() :])
    label = escape(drawing.title, quote=True)
    return f'<svg role="img" aria-label="{label}" viewBox={box}>{body}', across, down
