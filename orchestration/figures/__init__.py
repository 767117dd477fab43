"""What pages and the report show, asked of one published version; frames out, nothing drawn here."""

from orchestration.figures.published import Published, open_published
from orchestration.figures.scopes import ALL, Scope
from orchestration.figures.words import Measure, Words, value_text, words_of

__all__ = ["ALL", "Measure", "Published", "Scope", "Words", "open_published", "value_text", "words_of"]
