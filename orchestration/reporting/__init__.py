"""The written report on a week: read from one published version, told in one language, written as files."""

from orchestration.reporting.weeks import parse_week
from orchestration.reporting.writing import FORMATS, Report, write_report

__all__ = ["FORMATS", "Report", "parse_week", "write_report"]
