"""The family of everything the engine refuses. Each error is named for the fact it carries."""


class EngineError(Exception):
    """A value does not fit the rule it was given to."""
