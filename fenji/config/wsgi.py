"""What gunicorn serves. In production it refuses to start where `fenji check --deploy` finds a reason."""

import gc
import os

from django.core.wsgi import get_wsgi_application

gc.disable()  # what is loaded here stays: looking through it again and again takes a tenth of the start
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fenji.config.settings")
application = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402  these need Django at work

from fenji.config.production import refuse_unsafe_start  # noqa: E402

refuse_unsafe_start()
LOADED = get_resolver().url_patterns  # every page, now and not while somebody waits for the first one
gc.freeze()
gc.enable()
