"""A page as PDF, printed by the Chromium of the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from orchestration.errors import EXIT_FAILURE, ShequnError

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
TIMEOUT_SECONDS = 120


def find_browser() -> str | None:
    """The first of `BROWSERS` that is here."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def print_page(page: Path, pdf: Path, scratch: Path) -> None:
    """Print an HTML file on A4.

    Args:
        page: The file; it needs nothing else.
        pdf: What is written.
        scratch: A folder for the browser's own files.

    Raises:
        ShequnError: no browser is here, or it wrote nothing (exit 1).
    """
    browser = find_browser()
    if browser is None:
        raise ShequnError("report.no_browser", EXIT_FAILURE)
    command = [
        browser,
        "--headless",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--no-first-run",
        f"--user-data-dir={scratch / 'browser'}",
        "--no-pdf-header-footer",
        f"--print-to-pdf={pdf}",
        page.as_uri(),
    ]
    if os.geteuid() == 0:  # whom its sandbox refuses
        command.insert(1, "--no-sandbox")
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=TIMEOUT_SECONDS, check=False
        )
        cause = f"exit code {done.returncode}"
    except (OSError, subprocess.TimeoutExpired) as error:
        cause = str(error).partition("\n")[0]
    if not pdf.exists() or not pdf.stat().st_size:
        raise ShequnError("report.browser_failed", EXIT_FAILURE, browser=Path(browser).name, cause=cause)


def has_chinese_font() -> bool:
    """Whether Chinese characters can be drawn; True too where nobody can say (no fontconfig)."""
    asked = shutil.which("fc-list")
    if asked is None:
        return True
    found = subprocess.run([asked, ":lang=zh-cn", "family"], capture_output=True, check=False)
    return found.returncode != 0 or bool(found.stdout.strip())
