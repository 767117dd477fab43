"""The keywords that people give their activities."""

from __future__ import annotations

import pandas as pd

from orchestration.topics.cleaning import fold


def activity_keywords(activities: pd.DataFrame) -> pd.DataFrame:
    """One row per activity and keyword, folded as terms are.

    Args:
        activities: activity_id and topic_keywords, which are split by |.
    """
    named = activities.dropna(subset="topic_keywords")
    rows = sorted(
        {
            (activity_id, keyword)
            for activity_id, keywords in zip(named["activity_id"], named["topic_keywords"], strict=True)
            for part in keywords.split("|")
            if (keyword := fold(part).strip())
        }
    )
    return pd.DataFrame(rows, columns=["activity_id", "keyword"], dtype="str")
