"""Bills settled before it was known how the person was insured follow the enrolment: years settled anew, posted."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from fenji.apps.accounts.models import User
from fenji.apps.payments.actions.posting import lock_year, settle_anew
from fenji.apps.payments.models import Claim, ClaimState, Enrolment, Mode, PersonYear
from fenji.kernel.payment.codes import Group, Scheme

Key = tuple[int, str]  # a person's year and scheme


def follow_enrolment(resident_id: UUID, since: date, *, by: User | None, at: datetime) -> int:
    """Settle anew what ended from `since` on; returns how many bills that were.

    A bill moves to the year of its day's scheme; one whose day is not covered leaves the year. What a patient would
    owe waits for the insurer. The caller holds the resident's row, so that nobody settles meanwhile.
    """
    rows = Claim.objects.filter(resident_id=resident_id, mode=Mode.OFFICIAL, state=ClaimState.SETTLED)
    claims = list(rows.filter(ended_at__date__gte=since).select_related("person_year"))
    spans = list(Enrolment.objects.filter(resident_id=resident_id)) if claims else []
    owed = {claim.pk: _covering(spans, claim) for claim in claims}
    keys = {key for claim in claims for key in _years_of(claim, owed[claim.pk])}
    years = {key: lock_year(resident_id, *key) for key in sorted(keys)}
    for claim in claims:
        if (span := owed[claim.pk]) is not None:
            _insure(claim, span, years)
    for year in years.values():
        settle_anew(year, cause=None, by=by, at=at)
    return len(claims)


def _covering(spans: Iterable[Enrolment], claim: Claim) -> Enrolment | None:
    day = timezone.localdate(claim.ended_at)
    covering = (one for one in spans if one.valid_from <= day and (one.valid_until is None or day < one.valid_until))
    return next((one for one in covering if not one.is_suspended), None)


def _years_of(claim: Claim, span: Enrolment | None) -> set[Key]:
    """The year the claim stands in, and the one it belongs to."""
    own = (claim.person_year.year, claim.person_year.scheme)
    return {own, (own[0], span.scheme) if span else own}


def _insure(claim: Claim, span: Enrolment, years: dict[Key, PersonYear]) -> None:
    """The bill as that of somebody insured so."""
    now = {"scheme": int(Scheme[span.scheme.upper()]), "group": int(Group[span.group.upper()])}
    if now.items() <= claim.bill.items():
        return
    claim.bill = {**claim.bill, **now}
    claim.person_year = years[claim.person_year.year, span.scheme]
    claim.save(update_fields=["bill", "person_year"])
