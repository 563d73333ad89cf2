"""Sessions as Django keeps them in the database, read by a statement that is not built anew for every request."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from fenji.apps.common.rows import Rows

SESSIONS = Rows(Session)


class SessionStore(db.SessionStore):
    """`SESSION_ENGINE` of the settings."""

    def _get_session_from_db(self) -> Any:
        values = {"key": self.session_key, "now": timezone.now()}
        found = SESSIONS.first("WHERE this.session_key = %(key)s AND this.expire_date > %(now)s", values)
        if found is None:
            self._session_key = None
        return found
