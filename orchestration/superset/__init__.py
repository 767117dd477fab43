"""Apache Superset on the published version, in an environment of its own (`.venv-superset`).

`configuration`, `reader` and `server` run there, the others here; `start.json` and `assets.json`
in the room are what they hand over.
"""
