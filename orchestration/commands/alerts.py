"""The alerts that are open in the published version, most severe first."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from orchestration.commands.console import number
from orchestration.figures.alerts import BY_URGENCY
from orchestration.messages import say
from orchestration.serving.query import run_query
from orchestration.settings import Settings

MAX_SHOWN = 5
_STYLES = {"critical": "bold red", "warning": "yellow", "info": "dim"}

_SQL = f"""
select severity, cast(occurred_on as varchar), message, message_zh
from marts.mart_alert
where status = 'open'
order by {BY_URGENCY}
"""


@dataclass(frozen=True)
class Alert:
    """An open alert; severity critical, warning or info; occurred_on an ISO date."""

    severity: str
    occurred_on: str
    message_en: str
    message_zh: str

    def sentence(self, lang: str) -> str:
        return self.message_zh if lang == "zh" else self.message_en


def open_alerts(settings: Settings) -> list[Alert]:
    """The open alerts, most severe and newest first.

    Raises:
        ShequnError: nothing is published, or the version has no alerts table.
    """
    return [Alert(*row) for row in run_query(settings, _SQL).rows]


def print_alerts(console: Console, alerts: list[Alert], lang: str) -> None:
    """The first few alerts, and how many more there are."""
    if not alerts:
        return
    console.print()
    console.print(say("cli.title.alerts", lang, alerts=number(len(alerts))), style="bold")
    for alert in alerts[:MAX_SHOWN]:
        severity = (say(f"cli.severity.{alert.severity}", lang), _STYLES[alert.severity])
        since = (say("cli.alert_since", lang, date=alert.occurred_on), "dim")
        console.print(Text.assemble("  ", severity, "  ", since, "  ", alert.sentence(lang)), soft_wrap=True)
    if len(alerts) > MAX_SHOWN:
        console.print(
            "  " + say("cli.more_alerts", lang, alerts=number(len(alerts) - MAX_SHOWN)), style="dim"
        )
