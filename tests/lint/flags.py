"""Stands in for dbt's `flags` while sqlfluff renders models: no command that writes them."""

WHICH = "parse"
