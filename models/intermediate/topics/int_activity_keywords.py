from orchestration.frames import as_pandas
from orchestration.topics import activity_keywords


def model(dbt, session):
    """Keywords of activities, folded as terms are."""
    return activity_keywords(as_pandas(dbt.ref("int_activities").select("activity_id", "topic_keywords")))
