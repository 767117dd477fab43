"""The workbook for what is kept by hand: a sheet for each entity, as the gate reads it."""

from __future__ import annotations

import io
from collections.abc import Collection
from pathlib import Path

from orchestration.errors import EXIT_USAGE, ShequnError
from orchestration.landing.catalogue import Entity, load_catalogue
from orchestration.template.words import examples

SUFFIX = ".xlsx"


def hand_kept() -> dict[str, Entity]:
    """The entities that have a sheet, in the order of the sheets."""
    entities = load_catalogue().systems["canonical"]
    return {name: entities[name] for name in examples()}


def write_template(path: Path, lang: str, names: Collection[str] = (), force: bool = False) -> list[str]:
    """Write the workbook and give the names of its entities.

    Args:
        path: Where to; its folder is made.
        lang: Language of titles, headers and notes.
        names: Only the sheets of these entities; none: all that are kept by hand.
        force: Replace a file that is there.

    Raises:
        ShequnError: no such template, no workbook's name, a file that is there, or no right to write.
    """
    entities = _chosen(names)
    if path.suffix.lower() != SUFFIX:
        raise ShequnError("template.E_SUFFIX", EXIT_USAGE, path=path)
    from orchestration.template.workbook import build_workbook

    content = io.BytesIO()
    build_workbook(entities, lang).save(content)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb" if force else "xb") as stream:
            stream.write(content.getbuffer())
    except FileExistsError:
        raise ShequnError("template.E_EXISTS", EXIT_USAGE, path=path) from None
    except OSError as error:
        detail = error.strerror or str(error)
        raise ShequnError("template.E_WRITE", EXIT_USAGE, path=path, detail=detail) from None
    return [entity.name for entity in entities]


def _chosen(names: Collection[str]) -> list[Entity]:
    known = hand_kept()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ShequnError("template.E_ENTITY", EXIT_USAGE, entity=", ".join(unknown), known=", ".join(known))
    return [entity for name, entity in known.items() if not names or name in names]
