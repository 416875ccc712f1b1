"""The outbox: one Message to one address, until it has arrived."""
