"""Reading claims and the books: a person's year, an institution's month, what waits for a decision."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Replace, TruncDate
from django.utils import timezone

from fenji.apps.payments.errors import NotBalanced
from fenji.apps.payments.models import (
    Case,
    Claim,
    ClaimState,
    Enrolment,
    Item,
    Mode,
    PersonYear,
    Posting,
    Shortfall,
    Statement,
)
from fenji.apps.payments.policies import OPEN_CASES
from fenji.apps.registry.models import Institution
from fenji.kernel.payment.bill import Bill
from fenji.kernel.payment.outcome import Settlement
from fenji.kernel.payment.person import PersonYear as Accumulators
from fenji.kernel.payment.year import DatedBill

PAID = ("fund_cents", "catastrophic_cents", "assistance_cents", "care_cents")  # to institutions
PAYERS = ("fund_cents", "catastrophic_cents", "assistance_cents", "care_cents", "self_cents")


def month_of(at: datetime) -> date:
    """First day of the month, in China, that a posting belongs to."""
    return timezone.localdate(at).replace(day=1)


def bill_of(claim: Claim) -> Bill:
    return Bill(**claim.bill)


def settlement_of(claim: Claim) -> Settlement:
    return Settlement(**claim.settlement)


def opening_of(year: PersonYear) -> Accumulators:
    """The accumulators another system handed over; zeros where none were."""
    known: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in year.opening.items()
    }
    return Accumulators(**known)


def counting(year: PersonYear) -> QuerySet[Claim]:
    """The claims that a person's year counts, in order of time."""
    return _settled_in(year).exclude(_out_of_cover())


def uncovered(year: PersonYear) -> QuerySet[Claim]:
    """Bills settled before it was known that the person was not insured that day, or suspended: the year is without."""
    return _settled_in(year).filter(_out_of_cover())


def _settled_in(year: PersonYear) -> QuerySet[Claim]:
    rows = Claim.objects.filter(person_year=year, mode=Mode.OFFICIAL, state=ClaimState.SETTLED)
    return rows.annotate(day=TruncDate("ended_at")).order_by("ended_at", "pk")


def _out_of_cover() -> Q:
    """No enrolment covers the day, though one had begun by then; of the time before the first nothing is known."""
    begun = Enrolment.objects.filter(resident=OuterRef("resident"), valid_from__lte=OuterRef("day"))
    covering = begun.filter(Q(valid_until=None) | Q(valid_until__gt=OuterRef("day")), is_suspended=False)
    return Q(Exists(begun)) & ~Q(Exists(covering))


def dated(claim: Claim) -> DatedBill:
    """As the kernel orders it: by day, then by the moment and the id."""
    return DatedBill(
        order_key(claim.ended_at, claim.pk), timezone.localdate(claim.ended_at), bill_of(claim), claim.chain
    )


def order_key(ended_at: datetime, pk: UUID) -> str:
    """Sorts bills of one day by their moment, and names the claim: the last 36 characters are its id."""
    return f"{ended_at.timestamp():017.3f} {pk}"


def id_in(key: str) -> UUID:
    return UUID(key[-36:])


def claims_of(resident_ids: Iterable[UUID]) -> QuerySet[Claim]:
    """A resident's bills, latest first (pass every merged row's id)."""
    rows = Claim.objects.filter(resident_id__in=list(resident_ids), mode=Mode.OFFICIAL)
    return rows.select_related("institution").prefetch_related("lines").order_by("-ended_at")


def latest_claims(count: int) -> list[Claim]:
    rows = Claim.objects.filter(mode=Mode.OFFICIAL).select_related("institution").order_by("-submitted_at")
    return list(rows[:count])


def statements_of(month: date) -> list[tuple[Institution, dict[str, int], Statement | None]]:
    """Every institution with postings in the month: their sums, and the statement if it was issued."""
    sums = Posting.objects.filter(month=month).values("institution").annotate(
        count=Count("pk"), **{payer: Sum(payer) for payer in PAYERS}
    )  # fmt: skip
    by_house: dict[int, dict[str, Any]] = {row["institution"]: dict(row) for row in sums}
    issued = {one.institution_id: one for one in Statement.objects.filter(month=month)}
    houses = Institution.objects.filter(pk__in={*by_house, *issued}).order_by("name_pinyin")
    nothing = {"count": 0, **dict.fromkeys(PAYERS, 0)}
    return [(house, by_house.get(house.pk, nothing), issued.get(house.pk)) for house in houses]


def open_shortfalls() -> QuerySet[Shortfall]:
    rows = Shortfall.objects.filter(decision="").select_related("claim__institution", "claim__resident")
    return rows.order_by("found_at")


def open_cases(*, institution_id: int | None = None) -> QuerySet[Case]:
    """Cases that somebody must act on, the earliest due first; of one institution if it is named."""
    rows = Case.objects.filter(state__in=OPEN_CASES).select_related("institution")
    return (rows.filter(institution_id=institution_id) if institution_id else rows).order_by("due_at")


def sums_of_month(institution_id: int, month: date) -> dict[str, int]:
    """Sums of an institution's postings of a month by payer, and `count`."""
    rows = Posting.objects.filter(institution_id=institution_id, month=month)
    found = rows.aggregate(count=Count("pk"), **{payer: Sum(payer) for payer in PAYERS})
    return {name: int(value or 0) for name, value in found.items()}


def check_balance() -> dict[str, int]:
    """The books against the claims, to the cent: counts of what was compared. Raises NotBalanced, naming the claims.

    What a claim stands at (and what the fund bears in the patient's place) is the sum of its postings but for
    recoveries, which are the institution's debt; a reversed or replaced claim's postings sum to zero.
    """
    recovered = Q(kind__in=["recovery", "return"])
    sums = Posting.objects.exclude(recovered).values("claim").annotate(**{payer: Sum(payer) for payer in PAYERS})
    posted: dict[UUID, dict[str, Any]] = {row["claim"]: dict(row) for row in sums.iterator()}
    wrong = []
    claims = Claim.objects.filter(mode=Mode.OFFICIAL).only("pk", "state", "forgiven_cents", *PAYERS)
    for claim in claims.iterator():
        stands = claim.state == ClaimState.SETTLED
        row = posted.pop(claim.pk, dict.fromkeys(PAYERS, 0))
        expected = {payer: getattr(claim, payer) if stands else 0 for payer in PAYERS}
        if stands:
            expected["fund_cents"] += claim.forgiven_cents
            expected["self_cents"] -= claim.forgiven_cents
        if any(row[payer] != expected[payer] for payer in PAYERS):
            wrong.append(str(claim.pk))
    wrong += [str(pk) for pk in posted]
    if wrong:
        raise NotBalanced(remedy=", ".join(wrong[:20]))
    return {"claims": claims.count(), "postings": Posting.objects.count()}


def items_named(text: str, day: date, most: int = 8) -> list[Item]:
    """Entries of the catalogue on a day whose code, name or pinyin begins so, or whose name holds the words."""
    letters = "".join(text.lower().split())
    if not letters:
        return []
    rows = Item.objects.filter(Q(valid_until=None) | Q(valid_until__gt=day), valid_from__lte=day)
    spelled = rows.annotate(letters=Replace("name_pinyin", Value(" "), Value("")))
    found = spelled.filter(
        Q(code__istartswith=letters) | Q(name__contains=text.strip()) | Q(letters__startswith=letters)
    )
    return list(found.order_by("name_pinyin", "code")[:most])


def items_coded(codes: Iterable[str], day: date) -> list[Item]:
    """The catalogue's entries of some codes on a day."""
    rows = Item.objects.filter(Q(valid_until=None) | Q(valid_until__gt=day), valid_from__lte=day)
    return list(rows.filter(code__in=list(codes)))


def designated_institutions() -> QuerySet[Institution]:
    """Where insurance pays, by pinyin."""
    return Institution.objects.filter(is_insured=True).order_by("name_pinyin", "code")


def shadow_claims() -> QuerySet[Claim]:
    """Bills settled beside the official system, latest first."""
    return Claim.objects.filter(mode=Mode.SHADOW).select_related("institution").order_by("-submitted_at")
