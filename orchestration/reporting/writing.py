"""From a published version to the report's files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.errors import EXIT_FAILURE, ShequnError
from orchestration.figures import open_published, words_of
from orchestration.progress import Progress
from orchestration.reporting.asked import Asked
from orchestration.reporting.cards import cards
from orchestration.reporting.content import read_content
from orchestration.reporting.page import page
from orchestration.reporting.printing import has_chinese_font, print_page
from orchestration.reporting.weeks import Week, choose_week
from orchestration.reports import PublishedVersion
from orchestration.serving.export import refuse_rooms_of_the_house
from orchestration.serving.scratch import scratch_folder
from orchestration.settings import Settings

FORMATS = ("html", "pdf", "png")


@dataclass(frozen=True)
class Report:
    """What was written.

    Attributes:
        version: What it was read from.
        week: Which week it is about.
        folder: Where the files are.
        files: Their names.
        unprinted: Why there is no PDF though it was asked for; None where nothing is missing.
        is_boxed: No font of this machine has Chinese characters, so PDF and PNG show boxes for them.
    """

    version: PublishedVersion
    week: Week
    folder: Path
    files: tuple[str, ...]
    unprinted: ShequnError | None = None
    is_boxed: bool = False


def write_report(
    settings: Settings,
    lang: str,
    week: date | None = None,
    formats: Sequence[str] = ("html",),
    out: Path | None = None,
    progress: Progress | None = None,
) -> Report:
    """Write the report on a week.

    The same version, week and language give the same page, byte for byte. Where a PDF cannot be printed
    the other files are written all the same.

    Args:
        settings: Names the published version.
        lang: "en" or "zh".
        week: A Monday; default the newest week that is over.
        formats: Of `FORMATS`; a PDF brings its HTML along.
        out: Folder to write into; default `<home>/out`.
        progress: Hears the stage "report", a file at a time.

    Raises:
        ShequnError: nothing published, no figures of that week, a folder of the house (exit 2); the files
            cannot be written (1).
    """
    folder = (out or settings.out_dir).expanduser().absolute()
    refuse_rooms_of_the_house(settings, folder)
    progress = progress or Progress()
    progress.stage("report", total=1 + len(formats))
    with open_published(settings) as published:
        asked = Asked(published, words_of(published, lang), choose_week(published, week))
        content = read_content(asked)
    progress.advance("content")
    name = f"report-{content.week.name}.{lang}"
    unprinted = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with scratch_folder(folder, ".report-") as scratch:
            files = []
            if "html" in formats or "pdf" in formats:
                files.append(scratch / f"{name}.html")
                files[0].write_text(page(content), encoding="utf-8")
                progress.advance("html")
            if "pdf" in formats:
                try:
                    print_page(files[0], scratch / f"{name}.pdf", scratch)
                    files.append(scratch / f"{name}.pdf")
                except ShequnError as error:
                    unprinted = error
                progress.advance("pdf")
            if "png" in formats:
                for kind, picture in cards(content).items():
                    files.append(scratch / f"{name}.{kind}.png")
                    files[-1].write_bytes(picture)
                progress.advance("png")
            for file in files:
                file.replace(folder / file.name)
    except OSError as error:
        cause = error.strerror or str(error)
        raise ShequnError("serving.not_written", EXIT_FAILURE, path=folder, cause=cause) from error
    is_boxed = bool({"pdf", "png"} & set(formats)) and not has_chinese_font()
    names = tuple(file.name for file in files)
    return Report(published.version, content.week, folder, names, unprinted, is_boxed)
