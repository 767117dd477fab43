"""`shequn template`: a workbook to keep by hand what no system exports."""

from __future__ import annotations

from pathlib import Path

from orchestration.commands.frame import Context
from orchestration.errors import EXIT_OK
from orchestration.messages import say
from orchestration.settings import Settings


def template_command(
    context: Context, settings: Settings, out: Path | None, entities: str | None, force: bool
) -> int:
    """Write the workbook to `out`, else into the folder where the command was given."""
    from orchestration.template import write_template

    path = (out or Path(say("template.file_name", context.lang))).absolute()
    wanted = [name.strip() for name in (entities or "").split(",") if name.strip()]
    written = write_template(path, context.lang, wanted, force)
    sentence = say(
        "template.written", context.lang, path=path, sheets=len(written), inbox=settings.exports / "canonical"
    )
    context.answer({"path": str(path), "entities": written}, sentence)
    return EXIT_OK
