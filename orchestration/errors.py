"""The one exception type that ends a command with a sentence and an exit code."""

from __future__ import annotations

from orchestration.messages import say

EXIT_OK = 0
EXIT_FAILURE = 1
EXIT_USAGE = 2
EXIT_REFUSED = 3
EXIT_LOCKED = 4


class ShequnError(Exception):
    """A failure that a user can act on.

    Args:
        key: Message key, looked up in `orchestration/messages/*.yml`.
        exit_code: Exit code of the command that meets it.
        params: Values of the message's placeholders.
    """

    def __init__(self, key: str, exit_code: int = EXIT_FAILURE, **params: object) -> None:
        self.key = key
        self.exit_code = exit_code
        self.params = params
        super().__init__(say(key, "en", **params))

    def text(self, lang: str = "en") -> str:
        """The sentence in `lang` ("en" or "zh")."""
        return say(self.key, lang, **self.params)
