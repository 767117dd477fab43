"""The checks of one file's blocks: with what its path says of their rows, and the keys of phones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa

from orchestration.landing.blocks import Block
from orchestration.landing.catalogue import Entity
from orchestration.landing.checks import CheckedBlock, RowChecks
from orchestration.landing.statements import Statements
from orchestration.landing.vault import keyed_by


class BlockChecks:
    """Checks one block after the other.

    Args:
        statements: Of a database with the macros of `normal_forms`.
        entity: What the rows are.
        groups: What the file's path says, by the name of the group.
        zone: Business time zone.
        latest_event: A row whose R1 event is later is rejected.
        vault_key: Key of the personal columns.
    """

    def __init__(
        self,
        statements: Statements,
        entity: Entity,
        groups: dict[str, str | None],
        zone: str,
        latest_event: str,
        vault_key: bytes,
    ) -> None:
        self._statements = statements
        self._entity = entity
        self._groups = groups
        self._zone = zone
        self._latest_event = latest_event
        self._vault_key = vault_key
        self._checks: dict[tuple[Any, ...], RowChecks] = {}

    def check(self, block: Block) -> CheckedBlock:
        """Normal forms and faults of a block's rows."""
        block = self._with_path(block)
        keys = {
            column.name: key(block.known[column.name], self._vault_key)
            for column in self._entity.columns
            if column.name in block.known and (key := keyed_by(column))
        }
        return self._row_checks(block).check(self._statements, block, keys)

    def _with_path(self, block: Block) -> Block:
        """A table's rows with what the file's path says of them, and what is the same in all."""
        columns = dict(block.known)
        for column in self._entity.columns:
            said = [self._groups.get(path[1:]) for path in column.paths if path[0] == "@"]
            said += [path[1:] for path in column.paths if path[0] == "="]
            text = next((one for one in said if one is not None), None)
            if text is not None and column.name not in columns:
                columns[column.name] = pa.array([text] * len(block.lines), pa.string())
        return replace(block, known=columns) if len(columns) > len(block.known) else block

    def _row_checks(self, block: Block) -> RowChecks:
        """The checks that fit the columns, which are the same in all blocks of most files."""
        columns = (frozenset(block.known), tuple(block.unknown), block.extra is not None)
        if columns not in self._checks:
            self._checks[columns] = RowChecks(
                self._entity,
                names=tuple(block.known),
                unknown=tuple(block.unknown),
                has_extra=block.extra is not None,
                zone=self._zone,
                latest_event=self._latest_event,
            )
        return self._checks[columns]
