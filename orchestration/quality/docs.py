"""The folder of Data Docs: one subfolder per audit, and a page that lists them."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from orchestration.quality.validation import Validation
from orchestration.reports import AuditReport

KEPT_RUNS = 30
_SUMMARY_NAME = "summary.json"
_TEMPORARY_PREFIX = ".tmp-"
# Great Expectations' pages fetch styles, scripts and a dated logo from outside whenever they are opened.
_REMOTE = re.compile(
    r"""<script\b[^>]*\bsrc=["'](?:https?:)?//[^>]*>\s*</script>"""
    r"""|<(?:link|img)\b[^>]*\b(?:href|src)=["'](?:https?:)?//[^>]*>""",
    re.IGNORECASE,
)
_STYLE = (
    "<style>body{font-family:sans-serif;margin:1em}table{border-collapse:collapse}"
    "td,th{border:1px solid #ccc;padding:.2em .6em;text-align:left}</style>"
)


def keep_data_docs(folder: Path, report: AuditReport, validation: Validation, moment: datetime) -> None:
    """Write the pages of one audit, list it in `index.html`, and remove all but the newest runs."""
    _write_run(folder, f"{moment:%Y%m%dT%H%M%S%f}-{report.suite}", report, validation.write_data_docs, moment)
    for stale in _runs(folder)[KEPT_RUNS:]:
        shutil.rmtree(stale, ignore_errors=True)
    _write_index(folder)


def _write_run(
    folder: Path, name: str, report: AuditReport, write_pages: Callable[[Path], None], moment: datetime
) -> None:
    for leftover in folder.glob(f"{_TEMPORARY_PREFIX}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    pages = folder / f"{_TEMPORARY_PREFIX}{name}"
    write_pages(pages)
    _cut_remote(pages)
    _share_static(folder, pages)
    summary = {
        "suite": report.suite,
        "at": moment.isoformat(timespec="seconds"),
        "success": report.success,
        "checks": len(report.checks),
        "not_passed": [f"{check.where}: {check.name}" for check in report.checks if check.status != "pass"],
    }
    (pages / _SUMMARY_NAME).write_text(json.dumps(summary, ensure_ascii=False), encoding="utf-8")
    pages.rename(folder / name)


def _cut_remote(pages: Path) -> None:
    """Take out of every page what a browser would fetch from elsewhere; opening one then tells nobody."""
    for page in pages.rglob("*.html"):
        text = _REMOTE.sub("", page.read_text(encoding="utf-8"))
        page.write_text(text.replace("</head>", f"{_STYLE}</head>", 1), encoding="utf-8")


def _share_static(folder: Path, pages: Path) -> None:
    """Keep fonts and styles, most of a run's size, once for all runs."""
    own, shared = pages / "static", folder / "static"
    if own.is_dir():
        if shared.exists():
            shutil.rmtree(own)
        else:
            own.rename(shared)
        own.symlink_to("../static")


def _runs(folder: Path) -> list[Path]:
    """Folders of finished runs, the newest first."""
    return sorted((path.parent for path in folder.glob(f"[0-9]*/{_SUMMARY_NAME}")), reverse=True)


def _write_index(folder: Path) -> None:
    rows = []
    for run in _runs(folder):
        summary = json.loads((run / _SUMMARY_NAME).read_text(encoding="utf-8"))
        told = "<br>".join(html.escape(text) for text in summary["not_passed"])
        rows.append(
            f'<tr><td><a href="{run.name}/index.html">{html.escape(summary["at"])}</a></td>'
            f"<td>{html.escape(summary['suite'])}</td><td>{'passed' if summary['success'] else 'failed'}</td>"
            f"<td>{summary['checks']}</td><td>{told}</td></tr>"
        )
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Shequn quality</title>'
        "<style>body{font-family:sans-serif;margin:2em}td,th{padding:.3em 1em;text-align:left}</style>"
        "<h1>Audits</h1><table><tr><th>When</th><th>Suite</th><th>Verdict</th><th>Checks</th>"
        f"<th>Not passed</th></tr>{''.join(rows)}</table></html>\n"
    )
    partial = folder / f"{_TEMPORARY_PREFIX}index.html"
    partial.write_text(page, encoding="utf-8")
    partial.replace(folder / "index.html")
