from orchestration.frames import as_pandas
from orchestration.topics import Segmenter
from orchestration.topics.batches import BATCH_ROWS, segmented


def model(dbt, session):
    """Terms of the texts that this dictionary has not segmented yet."""
    user_words = as_pandas(dbt.ref("topic_user_words"))
    stop_words = as_pandas(dbt.ref("topic_stop_words"))
    keywords = as_pandas(dbt.ref("int_activity_keywords"))
    # thousands of activities share a keyword
    segmenter = Segmenter([*user_words["word"], *keywords["keyword"].unique()], stop_words["word"])
    wanted = dbt.ref("int_distinct_texts")
    if dbt.is_incremental:
        known = session.sql(f"select text_key, dictionary_version from {dbt.this}")
        known = known.filter(f"dictionary_version = '{segmenter.version}'").set_alias("known")
        wanted = wanted.set_alias("wanted").join(known, "wanted.text_key = known.text_key", how="anti")
    contents = dbt.ref("int_messages")
    if wanted.limit(1).fetchone() is None:
        # the messages are not even read
        contents = contents.limit(0)
    texts = wanted.set_alias("wanted").join(
        contents.set_alias("messages"), "wanted.message_id = messages.message_id"
    )
    return segmented(texts.select("text_key, content").fetch_arrow_reader(BATCH_ROWS), segmenter)
