"""The warehouse once more, in plain Python: written from the rules alone, without SQL.

`load` reads a canonical export, `world` applies the rules (people, spans, messages, orders, responses),
`marts` computes the published tables from that, and `compare` holds them against a DuckDB file cell by cell.
Nothing here reads the models or the macros of the project: only apart from them its agreement is evidence.
"""
