"""Charts of pages and report: a frame of `orchestration.figures` in, a drawing out."""

from orchestration.charts.drawing import Drawing, csv_bytes

__all__ = ["Drawing", "csv_bytes"]
