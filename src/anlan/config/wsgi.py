"""The WSGI application: Django alone, for front ends that speak WSGI and for config/asgi.py."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")

application = get_wsgi_application()
