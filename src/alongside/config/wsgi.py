"""What a WSGI server imports."""

import os

from django.core.wsgi import get_wsgi_application

from alongside.cli import with_parent

is_worker = bool(os.environ.get(with_parent.VARIABLE))  # of `alongside serve`

if is_worker:  # its web server started it
    with_parent.end_with(os.getppid())
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alongside.config.settings")
application = get_wsgi_application()
if is_worker:
    from alongside.config import warm

    warm.begin()
