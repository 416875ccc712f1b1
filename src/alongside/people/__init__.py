"""Institutions, persons, practitioners, circles and who is in them."""
