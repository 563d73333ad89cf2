"""Referrals: written, sent, moved along the table; lists of the caller's institution."""

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from fenji.api.callers import Caller, caller_of
from fenji.api.shapes import referrals as shapes
from fenji.api.shapes.common import MOVE, WRITE, answers
from fenji.api.writing import REPEATABLE, VERSIONED, once, tag, version_of
from fenji.apps.referrals import actions, exam_wishes, policies, queries, rules
from fenji.apps.referrals.actions.surgery_ahead import refer_for_surgery
from fenji.apps.referrals.listing import record_listing
from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.wishes import KEY, wish_for
from fenji.kernel.referral import Party

router = Router(tags=["referrals"])
A_PAGE = 50


@router.post(
    "/referrals",
    response=answers(201, shapes.ReferralShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Write a referral, and send it",
)
def create(request: HttpRequest, given: shapes.NewReferralIn) -> HttpResponse:
    """With `send` the place chosen is held in the same transaction, or nothing is written at all."""
    caller = caller_of(request)

    def perform() -> shapes.ReferralShown:
        house = caller.institution_id(given.acting_institution)
        form = {**given.form.model_dump(mode="json"), exam_wishes.KEY: given.examinations}
        if given.day_surgery is not None:
            asked = given.day_surgery
            return _shown(_for_surgery(given.resident_id, form, asked, caller, house, is_sent=given.send))
        begin = actions.refer if given.send else actions.draft
        return _shown(begin(given.resident_id, form, by=caller.user, institution_id=house))

    return _tagged(once(request, given, perform, status=201))


@router.post(
    "/referrals/paper",
    response=answers(201, shapes.ReferralShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Enter a paper slip on arrival",
)
def paper(request: HttpRequest, given: shapes.PaperIn) -> HttpResponse:
    caller = caller_of(request)

    def perform() -> shapes.ReferralShown:
        house = caller.institution_id(given.acting_institution)
        form = given.form.model_dump(mode="json")
        made = actions.enter_paper(given.resident_id, form, sender=given.sender, by=caller.user, institution_id=house)
        return _shown(made)

    return _tagged(once(request, given, perform, status=201))


@router.get("/referrals", response=answers(200, shapes.ReferralsShown), summary="Inbox, sent, received")
def listing(
    request: HttpRequest,
    box: Annotated[Literal["inbox", "department", "sent", "received"], Query()] = "inbox",
    acting_institution: Annotated[str, Query(max_length=60)] = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> shapes.ReferralsShown:
    """`inbox`: what the office must move, earliest deadline first; `department`: what clinicians must; fifty a page."""
    caller = caller_of(request)
    house = caller.institution_id(acting_institution)
    posts = [post for post in caller.posts if post.institution_id == house]
    boxes: dict[str, Callable[[], QuerySet[Referral]]] = {
        "inbox": lambda: queries.referrals_waiting_for(posts, Party.OFFICE),
        "department": lambda: queries.referrals_waiting_for(posts, Party.DEPARTMENT),
        "sent": lambda: queries.referrals_sent_from(house).filter(queries.within_reach(posts, "sender")),
        "received": lambda: queries.referrals_received_by(house).filter(queries.within_reach(posts, "receiver")),
    }
    start = (page - 1) * A_PAGE
    found = boxes[box]().select_related("resident", "sender", "receiver", "booking__place")
    rows = list(found[start : start + A_PAGE + 1])
    record_listing(f"api:{box}", rows[:A_PAGE], by=caller.user, posts=posts, at=caller.at, page=page)
    return shapes.ReferralsShown(
        items=[shapes.referral_line(one) for one in rows[:A_PAGE]], page=page, has_next=len(rows) > A_PAGE
    )


@router.get("/referrals/{referral_id}", response=answers(200, shapes.ReferralShown), summary="One referral")
def referral(request: HttpRequest, response: HttpResponse, referral_id: UUID) -> shapes.ReferralShown:
    """The reading is audited with the party it rested on; the ETag is the version for the next move."""
    caller = caller_of(request)
    found, _parties = queries.access_referral(caller.user, referral_id, at=caller.at)
    tag(response, found.version)
    return shapes.referral_shown(found)


@router.get("/referrals/{referral_id}/moves", response=answers(200, shapes.MovesShown), summary="What may I do now")
def moves(request: HttpRequest, response: HttpResponse, referral_id: UUID) -> shapes.MovesShown:
    """The rows of the table that the caller may take on this version, with the fields each needs."""
    caller = caller_of(request)
    found, parties = queries.access_referral(caller.user, referral_id, at=caller.at)
    required = rules.signature_for(found, caller.at) is not None
    possible = policies.possible_moves(found, parties, approval_required=required)
    tag(response, found.version)
    shown = [
        shapes.move_shown(move, party)
        for move in possible
        if (party := policies.acting_party(move, parties)) is not None
    ]
    return shapes.MovesShown(version=found.version, moves=shown)


@router.post(
    "/referrals/{referral_id}/moves/{action}",
    response=answers(200, shapes.ReferralShown, MOVE),
    openapi_extra=VERSIONED,
    summary="Make a move",
)
def move(request: HttpRequest, referral_id: UUID, action: shapes.Action, given: shapes.MoveIn) -> HttpResponse:
    """412 when somebody moved it since it was read, 428 without a version, 409 when it is not possible or busy."""
    caller = caller_of(request)

    def perform() -> shapes.ReferralShown:
        version = version_of(request)
        made = actions.perform(referral_id, action, given.given(caller.at), by=caller.user, version=version)
        return _shown(made)

    return _tagged(once(request, given, perform))


@router.post(
    "/referrals/{referral_id}/filing",
    response=answers(200, shapes.ReferralShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Record the insurer's filing",
)
def filing(request: HttpRequest, referral_id: UUID, given: shapes.FilingIn) -> HttpResponse:
    """Once, by the receiving office, where the city's insurer asks for it; the version stays as it is."""
    caller = caller_of(request)

    def perform() -> shapes.ReferralShown:
        return _shown(actions.record_filing(referral_id, number=given.number, by=caller.user))

    return _tagged(once(request, given, perform))


@router.get("/referrals/{referral_id}/steps", response=answers(200, shapes.StepsShown), summary="Every step it took")
def steps(request: HttpRequest, referral_id: UUID) -> shapes.StepsShown:
    caller = caller_of(request)
    found, parties = queries.access_referral(caller.user, referral_id, at=caller.at)
    rows = [shapes.step_shown(one) for one in queries.steps_of(found)]
    return shapes.StepsShown(items=[_for_resident(one) for one in rows] if parties == {Party.RESIDENT} else rows)


def _for_resident(step: shapes.StepShown) -> shapes.StepShown:
    """What staff wrote each other, and who of them, stays with them, as on the resident's own pages."""
    return step if step.party == Party.RESIDENT else step.model_copy(update={"note": "", "by": ""})


def _for_surgery(
    resident_id: UUID, form: Mapping[str, Any], asked: shapes.DaySurgeryIn, caller: Caller, house: int, *, is_sent: bool
) -> Referral:
    """Sent, it takes the rooms with it; a draft keeps the wish until it is sent."""
    if not is_sent:
        wished = {**form, KEY: wish_for(asked.procedure, asked.starts_at)}
        return actions.draft(resident_id, wished, by=caller.user, institution_id=house)
    made, _surgery = refer_for_surgery(
        resident_id, form, asked.procedure, asked.starts_at, by=caller.user, institution_id=house
    )
    return made


def _shown(made: Referral) -> shapes.ReferralShown:
    return shapes.referral_shown(Referral.objects.select_related(*queries.WITH_NAMES).get(pk=made.pk))


def _tagged(answer: HttpResponse) -> HttpResponse:
    tag(answer, json.loads(answer.content)["version"])
    return answer
