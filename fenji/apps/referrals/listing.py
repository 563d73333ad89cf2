"""A list of patients was read: one row in the audit trail a view, not one a patient."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from fenji.apps.accounts.models import User
from fenji.apps.booking.models import ExamOrder
from fenji.apps.common import audit
from fenji.apps.referrals.models import FollowUp, Referral
from fenji.apps.registry.models import Membership

Row = Referral | FollowUp | ExamOrder


def record_listing(
    name: str, *lists: Iterable[Row], by: User, posts: Sequence[Membership], at: datetime, page: int = 1
) -> None:
    """Write down which list was read, how many patients stood on it and which, and from which posts one may see it.

    A list on which nobody stood tells nothing of anybody and is not written down.
    """
    seen = dict.fromkeys(str(_of_resident(row).resident_id) for rows in lists for row in rows)
    if not seen:
        return
    roles = sorted({str(post.role) for post in posts})
    audit.record(
        "referral.list",
        None,
        by=by,
        at=at,
        institution_id=posts[0].institution_id if posts else None,
        relation="post:" + ",".join(roles),
        details={"list": name, "page": page, "count": len(seen), "residents": list(seen)},
    )


def _of_resident(row: Row) -> Referral | ExamOrder:
    return row.referral if isinstance(row, FollowUp) else row
