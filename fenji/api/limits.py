"""How many calls an account may make in a minute, counted in each server process."""

import time

from django.conf import settings
from django.core.cache import cache

from fenji.api.errors import TooManyCalls


def check(account_id: int) -> None:
    """Count a call; raises TooManyCalls above the limit (`FENJI_API_CALLS_PER_MINUTE` in the settings changes it)."""
    most = settings.FENJI_API_CALLS_PER_MINUTE
    minute, second = divmod(int(time.time()), 60)
    key = f"api-calls:{account_id}:{minute}"
    cache.add(key, 0, timeout=120)
    if cache.incr(key) > most:
        raise TooManyCalls(60 - second)
