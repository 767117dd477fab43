"""`shequn serve postgres`: the published version in the team's PostgreSQL."""

from __future__ import annotations

from dataclasses import asdict

from rich.text import Text

from orchestration.commands.console import console_progress, number, output
from orchestration.commands.frame import Context, write_document
from orchestration.errors import EXIT_OK, EXIT_USAGE, ShequnError
from orchestration.messages import say
from orchestration.serving.postgres import serve_postgres
from orchestration.settings import Settings


def postgres_command(context: Context, settings: Settings, url: str | None) -> int:
    """Load what changed, swap, and say what was done."""
    if not url:
        raise ShequnError("serving.pg_no_url", EXIT_USAGE)
    with console_progress(context.lang, context.quiet or context.as_json) as progress:
        served = serve_postgres(settings, url, progress)
    if context.as_json:
        write_document(asdict(served) | {"version": served.version.name})
        return EXIT_OK
    if served.views_left:
        context.warn("serving.pg_views_left", views=", ".join(served.views_left))
    if not context.quiet:
        sentence = say(
            "serving.pg_served",
            context.lang,
            version=served.version.name,
            as_of=served.version.manifest["as_of_date"] or "–",
            loaded=len(served.loaded),
            kept=len(served.kept),
            rows=number(served.rows),
            milliseconds=round(1000 * served.swap_seconds),
        )
        output().print(Text(sentence, style="bold green"), soft_wrap=True)
    return EXIT_OK
