"""What goes with a referral: papers, follow-ups, complaints."""

import hashlib
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import File, Query, Router
from ninja.files import UploadedFile

from fenji.api.callers import caller_of
from fenji.api.shapes import referrals as shapes
from fenji.api.shapes.common import WRITE, RowId, answers
from fenji.api.writing import REPEATABLE, once
from fenji.apps.common.errors import NotFound
from fenji.apps.referrals import actions, papers, queries
from fenji.apps.referrals.errors import ReferralNotFound
from fenji.apps.referrals.listing import record_listing
from fenji.apps.referrals.models import Complaint

router = Router(tags=["after care"])


@router.get("/referrals/{referral_id}/attachments", response=answers(200, shapes.AttachmentsShown), summary="Papers")
def attachments(request: HttpRequest, referral_id: UUID) -> shapes.AttachmentsShown:
    caller = caller_of(request)
    found, _parties = queries.access_referral(caller.user, referral_id, at=caller.at)
    rows = found.attachments.defer("content").order_by("added_at", "id")
    return shapes.AttachmentsShown(items=[shapes.attachment_shown(one) for one in rows])


@router.post(
    "/referrals/{referral_id}/attachments",
    response=answers(201, shapes.AttachmentShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Add a photographed paper",
)
def attach(request: HttpRequest, referral_id: UUID, paper: Annotated[UploadedFile, File()]) -> HttpResponse:
    """JPEG, PNG or WebP up to 8 MB; kept as JPEG without what the camera wrote into it."""
    caller = caller_of(request)
    content = paper.read(papers.MOST_BYTES + 1)

    def perform() -> shapes.AttachmentShown:
        made = actions.attach(referral_id, name=paper.name or "", content=content, by=caller.user)
        return shapes.attachment_shown(made)

    return once(request, {"name": paper.name, "sha256": hashlib.sha256(content).hexdigest()}, perform, status=201)


@router.get(
    "/referrals/{referral_id}/attachments/{attachment_id}",
    response=answers(200, None),
    openapi_extra={"responses": {200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}}},
    summary="The picture",
)
def picture(request: HttpRequest, referral_id: UUID, attachment_id: UUID) -> HttpResponse:
    caller = caller_of(request)
    found, _parties = queries.access_referral(caller.user, referral_id, at=caller.at)
    attachment = found.attachments.filter(pk=attachment_id).first()
    if attachment is None:
        raise ReferralNotFound
    response = HttpResponse(bytes(attachment.content), content_type=attachment.media_type)
    response["Content-Disposition"] = "attachment"
    response["Cache-Control"] = "no-store"
    return response


@router.get("/referrals/{referral_id}/replies", response=answers(200, shapes.RepliesShown), summary="What came back")
def replies(request: HttpRequest, referral_id: UUID) -> shapes.RepliesShown:
    """The receiver's replies; of a patient who was handed on also those of the house he is at last."""
    caller = caller_of(request)
    found, _parties = queries.access_referral(caller.user, referral_id, at=caller.at)
    onward = queries.handed_on_to([found]).get(found.pk)
    own = found.replies.select_related("by", "referral__receiver").order_by("at", "id")
    rows = [*own, *(onward.replies.select_related("by", "referral__receiver").order_by("at", "id") if onward else [])]
    return shapes.RepliesShown(items=[shapes.reply_shown(one) for one in rows])


@router.get("/follow-ups", response=answers(200, shapes.FollowUpsShown), summary="Follow-ups still to do")
def follow_ups(
    request: HttpRequest, acting_institution: Annotated[str, Query(max_length=60)] = ""
) -> shapes.FollowUpsShown:
    """The caller's institution's, earliest first, at most 200."""
    caller = caller_of(request)
    house = caller.institution_id(acting_institution)
    posts = [post for post in caller.posts if post.institution_id == house]
    due = queries.follow_ups_due(posts)[:200]
    record_listing("api:follow-ups", due, by=caller.user, posts=posts, at=caller.at)
    return shapes.FollowUpsShown(items=[shapes.follow_up_shown(one) for one in due])


@router.post(
    "/follow-ups/{follow_up_id}/complete",
    response=answers(200, shapes.FollowUpShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="A follow-up was done",
)
def complete(request: HttpRequest, follow_up_id: RowId, given: shapes.FollowUpIn) -> HttpResponse:
    caller = caller_of(request)

    def perform() -> shapes.FollowUpShown:
        done = actions.complete_follow_up(follow_up_id, result=given.result, measures=given.measures, by=caller.user)
        return shapes.follow_up_shown(done)

    return once(request, given, perform)


@router.get("/referrals/{referral_id}/complaints", response=answers(200, shapes.ComplaintsShown), summary="Complaints")
def complaints(request: HttpRequest, referral_id: UUID) -> shapes.ComplaintsShown:
    caller = caller_of(request)
    found, _parties = queries.access_referral(caller.user, referral_id, at=caller.at)
    rows = found.complaints.order_by("made_at", "id")
    return shapes.ComplaintsShown(items=[_shown(one) for one in rows])


@router.post(
    "/complaints/{complaint_id}/answer",
    response=answers(200, shapes.ComplaintShown, WRITE),
    openapi_extra=REPEATABLE,
    summary="Answer a complaint",
)
def answer(request: HttpRequest, complaint_id: RowId, given: shapes.AnswerIn) -> HttpResponse:
    caller = caller_of(request)
    if not caller.posts:
        raise NotFound
    return once(
        request, given, lambda: _shown(actions.answer_complaint(complaint_id, answer=given.answer, by=caller.user))
    )


def _shown(one: Complaint) -> shapes.ComplaintShown:
    return shapes.ComplaintShown(
        id=one.pk, referral_id=one.referral_id, text=one.text, made_at=one.made_at, answer=one.answer,
        answered_at=one.answered_at,
    )  # fmt: skip
