"""Therapy sessions, steps done, attendance, notes, homework."""
