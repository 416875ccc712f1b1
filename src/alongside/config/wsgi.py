"""What a WSGI server imports."""

import os

from django.core.wsgi import get_wsgi_application

from alongside.cli import with_parent

server = os.environ.get(with_parent.VARIABLE, "")  # of `alongside serve`: its web server's id

if server:  # it may have died before this worker could ask, and nobody else would end the worker
    with_parent.end_with(int(server))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alongside.config.settings")
application = get_wsgi_application()
if server:
    from alongside.config import warm

    warm.begin()
    with_parent.say_up()
