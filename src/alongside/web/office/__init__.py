"""Managers, privacy, audit, administration: no clinical content."""
