"""The settings of a served house whose clock a test moves: the real ones and its clock."""

from alongside.config.settings import *

INSTALLED_APPS = [*INSTALLED_APPS, "tests.harness.clockwork.Clockwork"]
