"""Booking: a plan for time."""
