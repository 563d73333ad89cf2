"""What happens beside the table: papers attached, follow-ups done, complaints answered."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import audit, clock
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.common.free_text import clean_text
from fenji.apps.common.locks import patience
from fenji.apps.referrals import announcements, papers, queries, rules
from fenji.apps.referrals.errors import MoveNotPossible, ReferralNotFound
from fenji.apps.referrals.given import clean_measures
from fenji.apps.referrals.models import Attachment, Complaint, FollowUp, Referral
from fenji.apps.referrals.parties import check_one_of, follows_up, parties_of
from fenji.apps.referrals.policies import can_be_filed
from fenji.kernel.referral import Party

MOST_PAPERS = 12


@patience()
def attach(referral_id: UUID, *, name: str, content: bytes, by: User) -> Attachment:
    """Add a photographed paper: checked and re-encoded. Raises PaperRefused with the reason and the remedy."""
    paper = papers.check(content)  # takes its time, so before the lock
    referral, at = queries.lock(referral_id), clock.now()
    if not parties_of(by, referral, at):
        raise ReferralNotFound
    if referral.attachments.count() >= MOST_PAPERS:
        raise Invalid(fields={"paper": _("每份转诊单最多 %(most)d 张。") % {"most": MOST_PAPERS}})
    attachment = Attachment.objects.create(
        referral=referral,
        name=clean_text("name", name, 80) or _("资料"),
        media_type=paper.media_type,
        size=len(paper.content),
        sha256=hashlib.sha256(paper.content).hexdigest(),
        content=paper.content,
        added_by=by,
        added_at=at,
    )
    audit.record(
        "referral.attach",
        referral,
        by=by,
        at=at,
        resident_id=referral.resident_id,
        details={"sha256": attachment.sha256},
    )
    return attachment


@patience()
def complete_follow_up(
    follow_up_id: int, *, result: str, measures: Mapping[str, Any] | None = None, by: User
) -> FollowUp:
    """Note what a follow-up found. Doing it again changes nothing; only the institution whose task it is may do it."""
    at = clock.now()
    task = FollowUp.objects.select_for_update(of=("self",)).select_related("referral").filter(pk=follow_up_id).first()
    if task is None or not follows_up(by, task, at):
        raise NotFound
    if task.done_at is not None:
        return task
    task.result = clean_text("result", result, 400, required=True)
    task.measures, task.done_at, task.done_by = clean_measures(measures or {}), at, by
    task.save()
    audit.record(
        "follow_up.complete",
        task,
        by=by,
        at=at,
        resident_id=task.referral.resident_id,
        institution_id=task.institution_id,
        relation="referral:follow_up",
    )
    return task


@patience()
def record_filing(referral_id: UUID, *, number: str, by: User) -> Referral:
    """Note the insurer's filing (医保备案号), once, by the receiving office, where the city asks for one."""
    referral, at = queries.lock(referral_id), clock.now()
    check_one_of({Party.OFFICE}, by, referral, at)
    if not rules.needs_filing(referral, at) or not can_be_filed(referral):
        raise MoveNotPossible(_("这份转诊单不需要登记医保备案，或已经登记。"), remedy=_("请刷新页面查看。"))
    referral.filing_number = clean_text("number", number, 40, required=True)
    referral.filed_at, referral.filed_by = at, by
    referral.save(update_fields=["filing_number", "filed_at", "filed_by"])
    audit.record(
        "referral.filing",
        referral,
        by=by,
        at=at,
        resident_id=referral.resident_id,
        institution_id=referral.receiver_id,
        relation="referral:office",
    )
    return referral


@patience()
def answer_complaint(complaint_id: int, *, answer: str, by: User) -> Complaint:
    """The office it concerns answers, once; the resident is told and sees the answer on the referral's page."""
    at = clock.now()
    found = Complaint.objects.select_for_update(of=("self",)).select_related("referral")
    complaint = found.filter(pk=complaint_id).first()
    if complaint is None or not parties_of(by, complaint.referral, at) & {Party.OFFICE, Party.SENDER}:
        raise NotFound
    if complaint.answered_at is not None:
        raise MoveNotPossible(_("这条投诉已经答复。"), remedy=_("请刷新页面查看答复。"))
    complaint.answer = clean_text("answer", answer, 1000, required=True)
    complaint.answered_by, complaint.answered_at = by, at
    complaint.save()
    announcements.tell_answer(complaint, at=at)
    audit.record("complaint.answer", complaint, by=by, at=at, resident_id=complaint.referral.resident_id)
    return complaint
