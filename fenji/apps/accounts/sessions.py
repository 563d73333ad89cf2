"""Sessions as Django keeps them in the database, read by a statement that is not built anew for every request."""

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

from fenji.apps.common import clock, rulebooks

LOAD = f"""
SELECT session_data, clock_timestamp(), ({rulebooks.CURRENT})
FROM django_session WHERE session_key = %(key)s AND expire_date > %(now)s"""  # noqa: S608 (constants only)


class SessionStore(db.SessionStore):
    """`SESSION_ENGINE` of the settings."""

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing when it is unknown or expired. The time and what policy is in force, which
        nearly every request asks, come with it."""
        now = timezone.now()  # by this clock `save` reckons the end
        with connection.cursor() as cursor:
            cursor.execute(LOAD, {"key": self.session_key, "now": now, **rulebooks.of_city()})
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return {}
        clock.heard(found[1])
        rulebooks.heard(found[2])
        held: dict[str, Any] = self.decode(found[0])
        return held
