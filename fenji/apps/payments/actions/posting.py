"""The year settled anew after any change, and what follows posted; the only place where postings are written."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from fenji.apps.accounts.models import User
from fenji.apps.payments import queries
from fenji.apps.payments.models import Claim, PersonYear, Posting, PostingKind, Shortfall
from fenji.apps.payments.queries import PAYERS
from fenji.apps.payments.rules import policy_on
from fenji.kernel.payment.outcome import Settlement, self_paid
from fenji.kernel.payment.year import Difference, difference_of, settle_year

HOLD = """
SELECT 1 FROM residents_resident
WHERE id = %s OR id = (SELECT merged_into_id FROM residents_resident WHERE id = %s) FOR KEY SHARE
"""


def hold_insurance(resident_id: UUID) -> None:
    """Nobody changes how the person is insured until the transaction ends; others may settle. Before `lock_year`."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [resident_id, resident_id])


def lock_year(resident_id: UUID, year: int, scheme: str) -> PersonYear:
    """The row that everyone who settles for this person's year holds, so that no ceiling is spent twice."""
    PersonYear.objects.get_or_create(resident_id=resident_id, year=year, scheme=scheme)
    return PersonYear.objects.select_for_update().get(resident_id=resident_id, year=year, scheme=scheme)


def settle_anew(
    year: PersonYear, *, new: Claim | None = None, cause: UUID | None, by: User | None, at: datetime
) -> None:
    """Settle the year as it is now known. `new` gets its settlement and first posting; the others their differences.

    Nobody is charged afterwards without the insurer: a difference at the patient's cost waits as a `Shortfall`.
    """
    claims = {claim.pk: claim for claim in queries.counting(year)}
    if new is not None:
        claims[new.pk] = new
    settled = settle_year(map(queries.dated, claims.values()), policy_on, queries.opening_of(year))
    for each in settled:
        claim = claims[queries.id_in(each.id)]
        if new is not None and claim.pk == new.pk:
            write(claim, each.settlement)
            claim.save(force_insert=True)
            post(claim, PostingKind.SETTLEMENT, _amounts(claim), cause=None, by=by, at=at)
        else:
            _follow(claim, each.settlement, cause=cause, by=by, at=at)
    for claim in queries.uncovered(year):
        _follow(claim, self_paid(claim.total_cents), cause=cause, by=by, at=at)


def write(claim: Claim, settlement: Settlement) -> None:
    """Set what the claim stands at; the caller saves."""
    claim.settlement = settlement._asdict()
    claim.flags = settlement.flags
    for payer in ("total_cents", *PAYERS):
        setattr(claim, payer, getattr(settlement, payer))


def post(
    claim: Claim, kind: str, amounts: dict[str, int], *, cause: UUID | None, by: User | None, at: datetime
) -> Posting:
    return Posting.objects.create(
        claim=claim, institution_id=claim.institution_id, kind=kind, at=at, month=queries.month_of(at),
        cause=cause, by=by, **amounts,
    )  # fmt: skip


def take_back(claim: Claim, *, cause: UUID, by: User, at: datetime) -> None:
    """Post the opposite of all that was posted for the claim, what the fund bore in the patient's place included."""
    amounts = {payer: -value for payer, value in _amounts(claim).items()}
    amounts["fund_cents"] -= claim.forgiven_cents
    amounts["self_cents"] += claim.forgiven_cents
    post(claim, PostingKind.REVERSAL, amounts, cause=cause, by=by, at=at)
    Shortfall.objects.filter(claim=claim, decision="").delete()  # nothing is left to decide


def take_up(
    claim: Claim, change: Difference, settlement: Settlement, *, cause: UUID | None, by: User | None, at: datetime
) -> None:
    """Post a difference and let the claim stand at its new settlement."""
    amounts = {payer: getattr(change, payer) for payer in PAYERS}
    given_back = min(claim.forgiven_cents, max(0, -amounts["self_cents"]))  # the patient never paid this: the fund did
    claim.forgiven_cents -= given_back
    amounts["self_cents"] += given_back
    amounts["fund_cents"] -= given_back
    write(claim, settlement)
    claim.save()
    post(claim, PostingKind.ADJUSTMENT, amounts, cause=cause, by=by, at=at)


def _follow(claim: Claim, settlement: Settlement, *, cause: UUID | None, by: User | None, at: datetime) -> None:
    """Bring a claim settled earlier up to date, or note that the patient would owe more."""
    change = difference_of(str(claim.pk), queries.settlement_of(claim), settlement)
    if change is None:
        Shortfall.objects.filter(claim=claim, decision="").delete()  # the year no longer says so
    elif change.needs_decision:
        Shortfall.objects.update_or_create(
            claim=claim, decision="",
            defaults={"settlement": settlement._asdict(), "self_cents": change.self_cents, "cause": cause},
            create_defaults={
                "settlement": settlement._asdict(), "self_cents": change.self_cents, "cause": cause, "found_at": at,
            },
        )  # fmt: skip
    else:
        Shortfall.objects.filter(claim=claim, decision="").delete()
        take_up(claim, change, settlement, cause=cause, by=by, at=at)


def _amounts(claim: Claim) -> dict[str, int]:
    return {payer: getattr(claim, payer) for payer in PAYERS}
