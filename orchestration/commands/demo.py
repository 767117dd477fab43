"""`shequn demo`: put an invented community into the inbox, or take it out again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Literal, cast

from orchestration.commands.console import console_progress, number
from orchestration.commands.frame import Context
from orchestration.errors import EXIT_OK
from orchestration.inbox import inbox_files
from orchestration.messages import say
from orchestration.settings import Settings


def demo_command(
    context: Context,
    settings: Settings,
    out: Path | None,
    scale: str,
    seed: int,
    systems: str | None,
    if_empty: bool,
) -> int:
    """Write the demo; with `if_empty` only where the inbox holds no file and nothing has landed from it."""
    from orchestration.demo import write_demo

    there = sum(1 for _ in inbox_files(settings))
    if if_empty and there:
        sentence = say("cli.demo_not_needed", context.lang, files=number(there), path=settings.exports)
        context.answer({"written": False, "files": there}, sentence)
        return EXIT_OK
    if if_empty and _has_landed(settings):
        sentence = say("cli.demo_not_among_yours", context.lang, path=settings.home)
        context.answer({"written": False, "files": there}, sentence)
        return EXIT_OK
    wanted = [name.strip() for name in (systems or "").split(",") if name.strip()]
    folder = (out.absolute() if out else settings.exports) / "canonical"
    with console_progress(context.lang, context.quiet) as progress, _lock_over(settings, folder):
        report = write_demo(
            folder, cast(Literal["small", "medium", "large"], scale), seed, progress, systems=wanted
        )
        _forget(settings, set(report.replaced_sha256) - set(report.sha256))
    by_system = Counter(path.split("/")[0] for path in report.files)
    sentence = say(
        "cli.demo_written",
        context.lang,
        scale=scale,
        seed=seed,
        path=folder if not wanted else folder.parent,
        files=number(len(report.files)),
        rows=number(sum(report.rows.values())),
        first_day=report.first_day,
        last_day=report.last_day,
    )
    if wanted:
        counts = ", ".join(f"{system} {number(files)}" for system, files in sorted(by_system.items()))
        sentence = f"{sentence}\n{say('cli.demo_by_system', context.lang, counts=counts)}"
    context.answer({"written": True, **asdict(report)}, sentence)
    return EXIT_OK


def _has_landed(settings: Settings) -> bool:
    """Whether the warehouse holds rows of files, which may have been moved out of the inbox since."""
    from orchestration.landing.ledger import ledger

    return settings.private_db.exists() and any(entry["status"] == "landed" for entry in ledger(settings))


def _lock_over(settings: Settings, folder: Path) -> AbstractContextManager[object]:
    """The writer's lock where an earlier demo is about to be replaced, whose rows may have landed."""
    from orchestration.demo import has_demo
    from orchestration.lock import writer_lock

    return writer_lock(settings, "demo") if has_demo(folder.parent) else nullcontext()


def _forget(settings: Settings, digests: Collection[str]) -> None:
    """Take what landed from these files out of the warehouse."""
    from orchestration.landing.ledger import forget_files

    if digests and settings.private_db.exists():
        forget_files(settings, digests)


def clear_command(context: Context, settings: Settings, out: Path | None) -> int:
    """Delete the demo's files and forget the rows that landed from them."""
    from orchestration.demo import clear_demo
    from orchestration.demo.manifest import read_manifest
    from orchestration.lock import writer_lock

    exports = out.absolute() if out else settings.exports
    with writer_lock(settings, "demo --clear"):
        manifest = read_manifest(exports) or {"files": []}
        # Rows first: killed in between, the files are still there and both go the next time.
        _forget(settings, {entry["sha256"] for entry in manifest["files"]})
        digests = clear_demo(exports)
    key = "cli.demo_cleared" if digests else "cli.demo_nothing"
    sentence = say(key, context.lang, files=number(len(digests)), path=exports)
    context.answer({"cleared_files": len(digests)}, sentence)
    return EXIT_OK
