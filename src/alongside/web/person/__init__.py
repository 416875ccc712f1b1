"""Pages for the person it is about."""
