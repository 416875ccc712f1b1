"""Case, Concern, Decision: why we are here."""
