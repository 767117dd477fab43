"""What people talk about: the words of a message, without what is no word of theirs."""

from orchestration.topics.cleaning import clean, fold
from orchestration.topics.keywords import activity_keywords
from orchestration.topics.segmenter import Segmenter

__all__ = ["Segmenter", "activity_keywords", "clean", "fold"]
