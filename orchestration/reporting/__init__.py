"""The written report on a week: read from one published version, told in one language, written as files."""
