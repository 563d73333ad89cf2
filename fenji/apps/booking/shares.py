"""The share kept for referrals, sized each week from the referrals that came, and written down with its reasons."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from fenji.apps.booking import rules
from fenji.apps.booking.models import ReserveShare
from fenji.kernel.reserve import sized
from fenji.rulebook.errors import NotInRulebook
from fenji.rulebook.rulebook import Rulebook

WEEK = timedelta(weeks=1)
SERVED = ("booked", "arrived", "no_show")
# Referred: by a referral, or an examination ordered from another institution.
COUNT = """
SELECT place.department_id, session.line, count(*) AS offered, count(*) FILTER (WHERE EXISTS (
    SELECT FROM booking_booking AS booking LEFT JOIN booking_examorder AS ordered ON ordered.id = booking.exam_order_id
    WHERE booking.place_id = place.id AND booking.state = ANY(%(served)s)
    AND (booking.referral_id IS NOT NULL OR ordered.ordered_from_id <> place.institution_id))) AS referred
FROM booking_place AS place JOIN booking_session AS session ON session.id = place.session_id
WHERE session.starts_at >= %(since)s AND session.starts_at < %(until)s AND session.closed_at IS NULL
GROUP BY 1, 2 ORDER BY 1, 2"""


@transaction.atomic
def size_shares(*, at: datetime, rulebook: Rulebook) -> list[ReserveShare]:
    """Size the share of every department and line from the last weeks, in force from the coming Monday on.

    A second run before that Monday writes nothing again. Lines the rulebook has no bounds for keep its fixed share.
    """
    day = rules.day_of(at)
    monday = day + timedelta(days=7 - day.weekday())
    since = at - rules.reserve_weeks(rulebook, day) * WEEK
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"served": list(SERVED), "since": since, "until": at})
        counted = cursor.fetchall()
    before = Shares(rulebook, [department for department, *_ in counted])
    made = []
    for department, line, offered, referred in counted:
        try:
            bounds = rules.bounds(rulebook, line, monday)
        except NotInRulebook:
            continue
        share = sized(referred, offered, bounds, before=before.of(department, line, day))
        made.append(
            ReserveShare(
                department_id=department, line=line, valid_from=monday, permille=share, referred=referred,
                offered=offered, floor=bounds.floor, ceiling=bounds.ceiling, sized_at=at, rulebook=rulebook.hash,
            )
        )  # fmt: skip
    ReserveShare.objects.bulk_create(made, ignore_conflicts=True)
    return list(ReserveShare.objects.filter(valid_from=monday).order_by("department_id", "line"))


class Shares:
    """The shares of some departments, read at once: the one sized last before a day, else the rulebook's."""

    def __init__(self, rulebook: Rulebook, department_ids: Iterable[int]) -> None:
        self.rulebook = rulebook
        self._sized: dict[tuple[int, str], list[tuple[date, int]]] = {}
        found = ReserveShare.objects.filter(Q(department_id__in=set(department_ids))).order_by("-valid_from")
        for department, line, since, permille in found.values_list("department_id", "line", "valid_from", "permille"):
            self._sized.setdefault((department, line), []).append((since, permille))

    def of(self, department_id: int, line: str, on: date) -> int:
        """Permille of the places of this line kept for referrals on a day."""
        for since, permille in self._sized.get((department_id, line), ()):
            if since <= on:
                return permille
        return self.rulebook.reserve_permille(line, on)


def sizings_at(institution_id: int) -> list[ReserveShare]:
    """How an institution's shares were sized the last time, by department and line."""
    ours = ReserveShare.objects.filter(department__institution_id=institution_id)
    last = ours.order_by("-valid_from").values("valid_from")[:1]
    return list(ours.filter(valid_from__in=last).select_related("department").order_by("department", "line"))
