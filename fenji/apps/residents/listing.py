"""A list of residents was read: one row in the audit trail a view, not one a resident."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from fenji.apps.accounts.models import User
from fenji.apps.common import audit


def record_listing(
    name: str, resident_ids: Iterable[UUID | None], *, by: User, at: datetime, institution_id: int | None = None,
    page: int = 1,
) -> None:  # fmt: skip
    """Write down which list was read and whose names stood on it; None is a row without a name.

    A list on which nobody stood tells nothing of anybody and is not written down.
    """
    seen = list(dict.fromkeys(str(one) for one in resident_ids if one is not None))
    if seen:
        audit.record(
            "resident.list", by, by=by, at=at, institution_id=institution_id,
            details={"list": name, "page": page, "residents": seen},
        )  # fmt: skip
