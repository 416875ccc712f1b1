"""Tests as the specification."""
