"""Protocols: what may help and what must not be done, which gates are open, which step is next."""
