"""`make docs`: dbt's documentation of every model and column as one HTML page."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from orchestration.building.dbt import common_arguments, run_dbt
from orchestration.errors import EXIT_OK, ShequnError
from orchestration.lock import writer_lock
from orchestration.messages import default_language, say
from orchestration.progress import Progress
from orchestration.settings import PROJECT_DIR, Settings, load_settings


def write_documentation(settings: Settings, project_dir: Path = PROJECT_DIR) -> Path:
    """Write `<home>/docs/index.html`, types and sizes from the build file as it stands.

    Raises:
        ShequnError: `lock.held` (exit 4), or `building.failed` (exit 1).
    """
    with writer_lock(settings, "docs"):
        settings.create_folders()
        target = settings.build_dir / "docs"
        arguments = common_arguments(settings, target, project_dir)
        run = run_dbt(settings, Progress(), ["docs", "generate", "--static", *arguments])
        if run.return_code != 0:
            raise ShequnError("building.failed", cause=run.cause, log=settings.logs_dir / "dbt.log")
    page = settings.home / "docs" / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(target / "static_index.html", page)
    return page


def main() -> int:
    """Write the page and say where it is."""
    lang = default_language()
    try:
        page = write_documentation(load_settings())
    except ShequnError as error:
        print(error.text(lang), file=sys.stderr)
        return error.exit_code
    print(say("cli.documented", lang, path=page))
    return EXIT_OK


if __name__ == "__main__":
    sys.exit(main())
