"""Alongside: from a worry to a measured change."""

__version__ = "0.1.0"
