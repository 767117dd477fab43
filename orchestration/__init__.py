"""Shequn: raw community exports in, trusted marts out."""

__version__ = "0.1.0"
