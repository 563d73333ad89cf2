"""Paying for care: estimates, bills, filings, statements, cases of supervision."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from fenji.api.callers import Caller, caller_of
from fenji.api.shapes import claims as shapes
from fenji.api.shapes.common import READ, WRITE, Done, RowId, answers
from fenji.api.writing import REPEATABLE, once
from fenji.apps.common.errors import NotFound
from fenji.apps.payments import access, queries
from fenji.apps.payments.actions import claims, decisions, shadow, statements, supervision
from fenji.apps.payments.estimating import estimate
from fenji.apps.payments.models import Case
from fenji.apps.registry.models import Institution
from fenji.kernel.payment.referral_state import FactKind

router = Router(tags=["claims"])


@router.post("/claims/estimate", response=answers(200, shapes.SettlementShown, WRITE), summary="Estimate a bill")
def estimated(request: HttpRequest, given: shapes.BillIn) -> shapes.SettlementShown:
    """What the bill would come to now; nothing is stored."""
    caller = caller_of(request)
    access.check_hands_in(caller.user, given.institution, given.resident_id, caller.at)
    bill = given.as_bill()
    bill.check(at=caller.at)
    return shapes.settlement_shown(estimate(bill), given.ended_at)


@router.post("/claims", response=answers(201, shapes.ClaimShown, WRITE), openapi_extra=REPEATABLE, summary="Settle")
def settle(request: HttpRequest, given: shapes.BillIn) -> HttpResponse:
    """Settle a bill. The same number of the same institution with the same content is the same claim."""
    caller = caller_of(request)
    access.check_hands_in(caller.user, given.institution, given.resident_id, caller.at)
    return once(request, given, lambda: shapes.claim_shown(claims.settle(given.as_bill(), by=caller.user)), status=201)


@router.post(
    "/claims/compare", response=answers(201, shapes.ComparedShown, WRITE), openapi_extra=REPEATABLE,
    summary="Compare with the official settlement",
)  # fmt: skip
def compare(request: HttpRequest, given: shapes.CompareIn) -> HttpResponse:
    """Settle by our rules beside the official system; every difference is named, the books do not move."""
    caller = caller_of(request)
    access.check_hands_in(caller.user, given.institution, given.resident_id, caller.at)
    bill = given.as_bill(given.official.model_dump())
    return once(
        request, given, lambda: shapes.compared_shown(shadow.compare(bill, by=caller.user)), status=201
    )  # fmt: skip


@router.get("/claims/{claim_id}", response=answers(200, shapes.ClaimShown), summary="A bill")
def claim(request: HttpRequest, claim_id: UUID) -> shapes.ClaimShown:
    caller = caller_of(request)
    return shapes.claim_shown(access.access_claim(caller.user, claim_id, at=caller.at))


@router.post(
    "/claims/{claim_id}/correct", response=answers(201, shapes.ClaimShown, WRITE), openapi_extra=REPEATABLE,
    summary="Correct",
)  # fmt: skip
def correct(request: HttpRequest, claim_id: UUID, given: shapes.CorrectBillIn) -> HttpResponse:
    """Put the right bill in the place of a wrong one; the person's year is settled anew."""
    caller = _caller_of_claim(request, claim_id)
    access.check_hands_in(caller.user, given.institution, given.resident_id, caller.at)
    return once(
        request, given,
        lambda: shapes.claim_shown(claims.correct(claim_id, given.as_bill(), reason=given.reason, by=caller.user)),
        status=201,
    )  # fmt: skip


@router.post(
    "/claims/{claim_id}/reverse", response=answers(200, shapes.ClaimShown, WRITE), openapi_extra=REPEATABLE,
    summary="Reverse",
)  # fmt: skip
def reverse(request: HttpRequest, claim_id: UUID, given: shapes.ReverseIn) -> HttpResponse:
    caller = _caller_of_claim(request, claim_id)
    return once(
        request, given, lambda: shapes.claim_shown(claims.reverse(claim_id, reason=given.reason, by=caller.user))
    )  # fmt: skip


@router.post(
    "/shortfalls/{shortfall_id}/decide", response=answers(200, shapes.ClaimShown, WRITE), openapi_extra=REPEATABLE,
    summary="Decide who bears what a patient would owe afterwards",
)  # fmt: skip
def decide(request: HttpRequest, shortfall_id: RowId, given: shapes.DecideIn) -> HttpResponse:
    caller = _insurer(request)
    return once(
        request, given,
        lambda: shapes.claim_shown(
            decisions.decide_shortfall(shortfall_id, given.decision, reason=given.reason, by=caller.user)
        ),
    )  # fmt: skip


@router.post("/filings", response=answers(201, shapes.FilingShown, WRITE), openapi_extra=REPEATABLE, summary="File")
def file(request: HttpRequest, given: shapes.ClaimFilingIn) -> HttpResponse:
    """An emergency is filed by its hospital or the insurer; everything else by the insurer."""
    caller = caller_of(request)
    if given.kind == "emergency":
        access.check_hands_in(caller.user, given.institution, given.resident_id, caller.at)
    else:
        access.insurer_post(caller.user, caller.at)
    return once(
        request, given,
        lambda: shapes.filing_shown(
            decisions.file(
                given.resident_id, FactKind(given.kind), institution_code=given.institution,
                valid_until=given.valid_until, note=given.note, by=caller.user,
            )
        ),
        status=201,
    )  # fmt: skip


@router.post(
    "/statements", response=answers(201, shapes.StatementShown, WRITE), openapi_extra=REPEATABLE,
    summary="Issue the statement of a month",
)  # fmt: skip
def state(request: HttpRequest, given: shapes.MonthIn) -> HttpResponse:
    caller = _insurer(request)
    house = _institution(given.institution)
    return once(
        request, given,
        lambda: shapes.statement_shown(statements.state(house.pk, given.month.replace(day=1), by=caller.user)),
        status=201,
    )  # fmt: skip


@router.post("/prepayments", response=answers(201, Done, WRITE), openapi_extra=REPEATABLE, summary="Prepay a month")
def prepay(request: HttpRequest, given: shapes.PrepayIn) -> HttpResponse:
    caller = _insurer(request)
    house = _institution(given.institution)

    def perform() -> Done:
        statements.prepay(house.pk, given.month.replace(day=1), given.amount_cents, by=caller.user)
        return Done()

    return once(request, given, perform, status=201)


@router.get("/cases", response=answers(200, shapes.CasesShown, READ), summary="Open cases of supervision")
def cases(request: HttpRequest) -> shapes.CasesShown:
    """All of them for the insurer; for an institution its own."""
    caller = caller_of(request)
    house = None if access.is_insurer(caller.user, caller.at) else caller.institution_id()
    if house is not None:
        access.check_answers_for(caller.user, house, caller.at)
    found = queries.open_cases(institution_id=house).prefetch_related("claims")[:200]
    return shapes.CasesShown(items=[shapes.case_shown(case) for case in found])


@router.post(
    "/cases/{case_id}/move", response=answers(200, shapes.CaseShown, (*WRITE, 412)), openapi_extra=REPEATABLE,
    summary="Answer, decide, appeal, recover",
)  # fmt: skip
def move_case(request: HttpRequest, case_id: UUID, given: shapes.CaseMoveIn) -> HttpResponse:
    caller = caller_of(request)
    case = Case.objects.filter(pk=case_id).first()
    if case is None:
        raise NotFound
    party = "insurer" if access.is_insurer(caller.user, caller.at) else "institution"
    if party == "institution":
        access.check_answers_for(caller.user, case.institution_id, caller.at)
    return once(
        request, given,
        lambda: shapes.case_shown(
            supervision.move_case(
                case_id, given.move, party=party, text=given.text, version=given.version, by=caller.user,
                amount_cents=given.amount_cents,
            )
        ),
    )  # fmt: skip


def _insurer(request: HttpRequest) -> Caller:
    caller = caller_of(request)
    access.insurer_post(caller.user, caller.at)
    return caller


def _caller_of_claim(request: HttpRequest, claim_id: UUID) -> Caller:
    """Whoever may read the bill and hands in bills of its institution."""
    caller = caller_of(request)
    found = access.access_claim(caller.user, claim_id, at=caller.at)
    access.check_hands_in(caller.user, found.institution.code, found.resident_id, caller.at)
    return caller


def _institution(code: str) -> Institution:
    found = Institution.objects.filter(code=code).first()
    if found is None:
        raise NotFound
    return found
