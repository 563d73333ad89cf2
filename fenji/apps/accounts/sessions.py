"""Sessions as Django keeps them in the database, read by a statement that is not built anew for every request."""

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

from fenji.apps.common import clock

LOAD = """
SELECT session_data, clock_timestamp() FROM django_session WHERE session_key = %s AND expire_date > %s"""


class SessionStore(db.SessionStore):
    """`SESSION_ENGINE` of the settings."""

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing when it is unknown or expired. The time comes with it."""
        with connection.cursor() as cursor:
            cursor.execute(LOAD, [self.session_key, timezone.now()])  # by the clock that `save` reckons the end with
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return {}
        clock.heard(found[1])
        held: dict[str, Any] = self.decode(found[0])
        return held
