"""The access decorator, for the views of every door."""

from alongside.access.routes import access

__all__ = ["access"]
