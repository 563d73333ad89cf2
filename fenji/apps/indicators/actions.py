"""Taking figures out of the house is noted: who, what, how many rows."""

from datetime import datetime

from fenji.apps.accounts.models import User
from fenji.apps.common import audit


def note_export(what: str, *, rows: int, period: str, by: User, institution_id: int, at: datetime) -> None:
    """A workbook of figures or of the rows behind one leaves; `period` and `what` say which."""
    details = {"what": what, "rows": rows, "period": period}
    audit.record("export.indicators", None, by=by, at=at, institution_id=institution_id, details=details)
