"""`shequn serve …`: the published version in the team's PostgreSQL, or as pages in the browser."""

from __future__ import annotations

import subprocess
from dataclasses import asdict

from rich.text import Text

from orchestration.child import child_command, child_environment
from orchestration.commands.console import console_progress, number, output
from orchestration.commands.frame import Context, write_document
from orchestration.errors import EXIT_FAILURE, EXIT_OK, EXIT_USAGE, ShequnError
from orchestration.messages import say
from orchestration.serving.address import see_that_free
from orchestration.serving.postgres import serve_postgres
from orchestration.serving.version import version_to_read
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


def pages_command(context: Context, settings: Settings, port: int, name: str | None) -> int:
    """Serve the pages until interrupted; before the first publication they say what to run.

    Raises:
        ShequnError: the port is taken (exit 2).
    """
    see_that_free(port)
    try:
        version_to_read(settings)
    except ShequnError as error:
        context.warn(error.key, **error.params)
    output().print(Text(say("serving.pages_open", context.lang, port=port), style="bold"), soft_wrap=True)
    arguments = [str(settings.home), context.lang, str(port), *([name] if name else [])]
    command = child_command("orchestration.pages.server", arguments)
    try:
        ended = subprocess.run(command, env=child_environment(), stdout=subprocess.DEVNULL, check=False)
    except KeyboardInterrupt:
        return EXIT_OK
    return EXIT_OK if ended.returncode == 0 else EXIT_FAILURE
