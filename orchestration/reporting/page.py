"""The report as one HTML file that needs nothing else: it prints on A4 and reads on a phone."""

from __future__ import annotations

import re
from functools import cache
from itertools import count

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from orchestration.charts import Drawing
from orchestration.figures import Measure
from orchestration.reporting.asked import full_title
from orchestration.reporting.blocks import Block
from orchestration.reporting.content import Content
from orchestration.reporting.pictures import picture

# Drawn as wide as they stand on paper, so that their letters are as large as those around them.
NARROW, WIDE, HEIGHT = 330, 400, 150
_STYLE = "style.css"
_COMMAND = re.compile("`([^`]+)`")
_PAGE = "page.html.j2"


@cache
def environment() -> Environment:
    """Where the templates are."""
    return Environment(
        loader=PackageLoader("orchestration.reporting", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(content: Content) -> str:
    """The file's text."""
    numbers = count(1)

    def drawn(drawing: Drawing, is_wide: bool) -> Markup:
        width, height = (WIDE, None) if is_wide else (NARROW, HEIGHT)
        return Markup(picture(drawing, f"picture{next(numbers)}", width, height)[0])

    templates = environment()
    source = templates.loader.get_source(templates, _STYLE)[0] if templates.loader else ""
    return templates.get_template(_PAGE).render(
        content=content,
        say=content.say,
        style=Markup(source),
        drawn=drawn,
        kind=kind,
        direction=direction,
        full_title=full_title,
        with_code=with_code,
    )


def with_code(text: str) -> Markup:
    """A sentence with its `commands` set as such."""
    return Markup(_COMMAND.sub(r"<code>\1</code>", str(escape(text))))


def kind(block: Block) -> str:
    """Which form of the template a block takes."""
    return type(block).__name__.lower()


def direction(measure: Measure) -> str:
    """Whether more or less of a measure is better, as a sign."""
    return {"up": "▲", "down": "▼"}.get(measure.better, "")
