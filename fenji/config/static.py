"""Collects the static files under hashed, compressed names, and forgets those of an earlier version."""

from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from fenji.config import prepared


def collect() -> Path:
    """Returns the directory; whatever else lay in it is gone."""
    root = Path(settings.STATIC_ROOT)
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    prepared.remember_static(root)
    return root
