"""Scores over time: change, reliable or not, and what it may be called."""
