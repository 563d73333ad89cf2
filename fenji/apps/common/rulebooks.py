"""The city's policy as the database holds it: stored once per content, the current one cached per process."""

from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.db import transaction

from fenji.apps.common.models import RulebookVersion
from fenji.rulebook.rulebook import Rulebook


def store(rulebook: Rulebook, *, at: datetime) -> RulebookVersion:
    """Make `rulebook` the current version of its city; the same content is stored once."""
    with transaction.atomic():
        RulebookVersion.objects.select_for_update().filter(city=rulebook.city, is_current=True).update(is_current=False)
        version, _ = RulebookVersion.objects.update_or_create(
            hash=rulebook.hash,
            defaults={"is_current": True},
            create_defaults={
                "city": rulebook.city,
                "content": rulebook.content,
                "loaded_at": at,
                "is_current": True,
            },
        )
    return version


def current() -> Rulebook:
    """The rulebook in force; raises LookupError before a city is loaded."""
    found = RulebookVersion.objects.filter(city=settings.CITY, is_current=True).values_list("hash", flat=True).first()
    if found is None:
        raise LookupError(f"no rulebook is loaded for {settings.CITY}: run `fenji city load {settings.CITY}`")
    return version(found)


@lru_cache(maxsize=8)
def version(hash_: str) -> Rulebook:
    """A stored version by its hash, as a decision noted it."""
    return Rulebook.from_content(RulebookVersion.objects.get(hash=hash_).content)
