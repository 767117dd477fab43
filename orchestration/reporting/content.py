"""A whole report, before it is written in any form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.figures import Measure, Words
from orchestration.reporting.asked import Asked
from orchestration.reporting.blocks import Section
from orchestration.reporting.parts.advice import advice
from orchestration.reporting.parts.attention import alerts, groups
from orchestration.reporting.parts.members import channels, cohorts, funnel, trends
from orchestration.reporting.parts.targets import scorecards
from orchestration.reporting.parts.truth import truth
from orchestration.reporting.parts.week import key_figures, summary
from orchestration.reporting.weeks import Week

# What a manager needs first stands first: the week in short, its figures, what to do.
PARTS = (
    summary, key_figures, advice, alerts, funnel, trends, channels, cohorts, scorecards, groups, truth
)  # fmt: skip


@dataclass(frozen=True)
class Content:
    """What a report says.

    Attributes:
        week: Which week it is about.
        words: The language.
        version: Name of the version.
        sections: In the order of reading.
        terms: What the figures mean, by anchor.
    """

    week: Week
    words: Words
    version: str
    sections: tuple[Section, ...]
    terms: Mapping[str, Measure]

    def say(self, key: str, **params: object) -> str:
        """A sentence `report.<key>`."""
        return self.words.say(f"report.{key}", **params)

    def section(self, name: str) -> Section:
        """A part by its name."""
        return next(section for section in self.sections if section.name == name)

    @property
    def title(self) -> str:
        return self.say("title")

    @property
    def subtitle(self) -> str:
        """Week, days and whom it is about."""
        return self.say("subtitle", week=self.week.name, start=self.week.start, end=self.week.end)

    @property
    def source(self) -> str:
        """Version and as-of date."""
        return self.say("source", version=self.version, as_of=self.week.as_of)


def read_content(asked: Asked) -> Content:
    """Ask the version for all parts."""
    sections = tuple(part(asked) for part in PARTS)
    return Content(asked.week, asked.words, asked.published.version.name, sections, dict(asked.terms.used))
