"""Django's SQLite, whose writers pass a gate: ``records/gate.py``."""
