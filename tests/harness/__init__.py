"""What the tests stand on: settings, a PostgreSQL server, our own server, a browser."""
