"""Accounts, relationships with a start and an end, separations, links; the Reader."""
