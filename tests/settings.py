"""The settings under test: the real ones, at addresses of this run, with a quick hasher."""

from tests.harness import environment

environment.prepare()

from alongside.config.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# The default of a test run on SQLite is a database in memory, which has no WAL, no locks and no
# second process. Ours is a file.
DATABASES["default"]["TEST"] = (
    {"NAME": str(environment.own() / "test.sqlite3")}
    if environment.database() == "sqlite"
    else {"NAME": "test_alongside"}
)

# What keeps a query is compared with the query made anew: at its first use, then at every seventh.
# Compared each time, it takes a fifth of every test of a page.
PREPARED_IS_CHECKED = 7
