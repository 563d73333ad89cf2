"""What gunicorn serves. In production it refuses to start where `fenji check --deploy` finds a reason."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fenji.config.settings")
application = get_wsgi_application()

from fenji.config.production import refuse_unsafe_start  # noqa: E402  needs Django at work

refuse_unsafe_start()
