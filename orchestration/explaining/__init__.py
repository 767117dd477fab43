"""Says where a figure comes from, and counts it again from the rows behind it."""

from orchestration.explaining.choosing import Wish
from orchestration.explaining.explanation import Explanation, explain

__all__ = ["Explanation", "Wish", "explain"]
