"""The refresh as Dagster assets: the same functions that the command line calls, step by step."""
