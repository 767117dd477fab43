"""What `shequn serve pages` shows: Streamlit over the published version."""
