"""What gunicorn serves. In production it refuses to start where `fenji check --deploy` finds a reason."""

import gc
import os
import shutil

from django.core.wsgi import get_wsgi_application

from fenji.config.home import home_path

# Objects made before the collector looks for circles among them: a request makes some ten thousand, nearly all of which
# are gone by its end without it. Python's own 700 cost a booking a tenth of its time.
COLLECTED_EVERY = 50_000
gc.disable()  # what is loaded here stays: looking through it again and again takes a tenth of the start
# Several processes serve: each writes its counts where whichever is asked for `/metrics` finds them all.
counts = home_path() / "metrics"
shutil.rmtree(counts, ignore_errors=True)
counts.mkdir(parents=True, exist_ok=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counts)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fenji.config.settings")
application = get_wsgi_application()

from django.db import connection  # noqa: E402  these need Django at work
from django.urls import get_resolver  # noqa: E402

from fenji.config.production import refuse_unsafe_start  # noqa: E402

refuse_unsafe_start()
connection.close()  # the processes parted from this one open their own
LOADED = get_resolver().url_patterns  # every page, now and not while somebody waits for the first one
gc.freeze()
gc.set_threshold(COLLECTED_EVERY)
gc.enable()
