"""How long-running steps tell what they are doing; the command line and Dagster listen."""

from __future__ import annotations


class Progress:
    """Silent listener; subclasses show what they hear."""

    def stage(self, key: str, total: int | None = None) -> None:
        """A stage begins: "land", "audit_raw", "build", "audit_publish" or "publish".

        Args:
            key: The stage.
            total: How many units it has, where known.
        """

    def advance(self, detail: str = "", amount: int = 1) -> None:
        """`amount` units of the current stage are done; `detail` names the last one."""

    def note(self, detail: str) -> None:
        """The current unit reports where it is (rows of a large file, say)."""
