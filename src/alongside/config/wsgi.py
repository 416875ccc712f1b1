"""What a WSGI server imports."""

import os

from django.core.wsgi import get_wsgi_application

from alongside.cli import with_parent

if os.environ.get(with_parent.VARIABLE):  # a worker of `alongside serve`, started by its web server
    with_parent.end_with(os.getppid())
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alongside.config.settings")
application = get_wsgi_application()
