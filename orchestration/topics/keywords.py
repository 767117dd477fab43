"""The keywords that people give their activities."""

from __future__ import annotations

import pandas as pd

from orchestration.topics.cleaning import fold


def activity_keywords(activities: pd.DataFrame) -> pd.DataFrame:
    """One row per activity and keyword, folded as terms are.

    Args:
        activities: activity_id and topic_keywords, which are split by |.
    """
    named = activities.dropna(subset="topic_keywords").sort_values("activity_id")
    # thousands of activities are given the same
    folded = {keywords: _folded(keywords) for keywords in named["topic_keywords"].unique()}
    rows = named[["activity_id"]].assign(keyword=named["topic_keywords"].map(folded)).explode("keyword")
    rows = rows.dropna().drop_duplicates(ignore_index=True)
    return rows.astype("str")


def _folded(keywords: str) -> list[str]:
    return sorted({keyword for part in keywords.split("|") if (keyword := fold(part).strip())})
