"""`python -m alongside.cli`, the same as `alongside`."""

import sys

from alongside.cli.main import main

sys.exit(main())
