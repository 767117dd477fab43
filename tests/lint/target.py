"""Stands in for dbt's `target` while sqlfluff renders models."""

type = "duckdb"
database = "private"
