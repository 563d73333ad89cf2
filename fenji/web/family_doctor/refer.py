"""Referring: one page. The diagnosis brings the questions, the answers the institutions, the first one chosen.

Works without JavaScript: the button “看看转到哪里” fetches the same page with the proposals filled in.
"""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fenji.apps.booking import fairness
from fenji.apps.booking.errors import ExaminationTaken
from fenji.apps.common import clock
from fenji.apps.common.errors import Invalid
from fenji.apps.referrals import actions, exam_wishes, policies, queries, rules
from fenji.apps.referrals.actions.admissions import refer_with_bed
from fenji.apps.referrals.actions.waiting import can_wait
from fenji.apps.referrals.given import Given
from fenji.apps.referrals.models import Referral
from fenji.apps.residents.policies import Purpose
from fenji.apps.residents.relations import access_resident
from fenji.apps.stays import surgery_ahead
from fenji.apps.stays.errors import ResourceTaken
from fenji.kernel.referral import State, Urgency
from fenji.kernel.roles import CLINICAL, Role
from fenji.rulebook.diagnoses import load_diagnoses
from fenji.web.examinations.words import booked_with
from fenji.web.family_doctor.examinations import booked_words
from fenji.web.family_doctor.sheet import Sheet, typed_before
from fenji.web.posting import number_of, once, version_of
from fenji.web.presenters.dates import moment_words
from fenji.web.presenters.names import full_name
from fenji.web.roles import PersonRequest, PostRequest, requires_login, requires_role


@require_http_methods(["GET", "POST"])
@requires_role(*CLINICAL)
def refer(request: PostRequest, resident_id: UUID) -> HttpResponse:
    """The referral form of one resident; sends it, or shows what the answers so far lead to."""
    at = clock.now()
    resident = access_resident(request.user, resident_id, at=at, purpose=Purpose.REFERRAL)
    sheet = Sheet(resident, request.post, request.POST if request.method == "POST" else QueryDict(), at)
    if _is_to_be_written(request, sheet):
        try:
            return once(request, lambda: _write(request, sheet))
        except (Invalid, ResourceTaken, ExaminationTaken) as fault:
            sheet.faults = _faults(fault)
    words = {"sheet": sheet, "resident": resident, "at": at}
    return render(request, _template(request), words, status=422 if sheet.faults else 200)


@require_http_methods(["GET", "POST"])
@requires_role(*CLINICAL, Role.REFERRAL_OFFICE)
def edit(request: PostRequest, referral_id: UUID) -> HttpResponse:
    """A draft on the sheet it was begun on, also one that was sent back; it is kept, or sent with what was changed."""
    at = clock.now()
    referral, parties = queries.access_referral(request.user, referral_id, at=at)
    needs_signature = rules.signature_for(referral, at) is not None
    policies.check_move(referral, "edit", parties, approval_required=needs_signature)
    kept = surgery_ahead.kept_for(referral.pk, referral.resident_id)
    data = request.POST if request.method == "POST" else typed_before(referral, kept)
    sheet = Sheet(referral.resident, request.post, data, at, kept_surgery=kept)
    if _is_to_be_written(request, sheet):
        try:
            return once(request, lambda: _rewrite(request, sheet, referral))
        except (Invalid, ResourceTaken, ExaminationTaken) as fault:
            sheet.faults = _faults(fault)
    template = _template(request)
    words = {"sheet": sheet, "resident": referral.resident, "at": at, "version": referral.version}
    return render(request, template, words, status=422 if sheet.faults else 200)


@require_GET
@requires_login
def diagnoses(request: PersonRequest) -> HttpResponse:
    """Suggestions while a diagnosis is typed: code, Chinese, pinyin or initials."""
    found = load_diagnoses().search(request.GET.get("diagnosis", ""), limit=12)
    return render(request, "family_doctor/_diagnoses.html", {"found": found})


def _is_to_be_written(request: PostRequest, sheet: Sheet) -> bool:
    """Whether the sheet is to be kept or sent; not before it is clear which diagnosis is meant, and which house."""
    if request.method != "POST" or request.POST.get("step") not in {"send", "draft"}:
        return False
    if sheet.typed.is_unclear:
        sheet.faults = {"diagnosis_name": sheet.typed.question}
    elif sheet.gone and request.POST["step"] == "send":
        sheet.faults = {"institution": sheet.gone.words}
    return not sheet.faults


def _faults(fault: Invalid | ResourceTaken | ExaminationTaken) -> dict[str, str]:
    named = fault.fields if isinstance(fault, Invalid) else {}
    box = exam_wishes.KEY if isinstance(fault, ExaminationTaken) else ""
    return named or {box: f"{fault.message}{fault.remedy}"}


def _write(request: PostRequest, sheet: Sheet) -> str:
    institution_id = request.post.institution_id
    if request.POST["step"] == "draft":
        referral = actions.draft(sheet.resident.pk, sheet.form(), by=request.user, institution_id=institution_id)
        messages.success(request, _kept_words(sheet))
        return reverse("referral", args=[referral.pk])
    referral = _send(request, sheet, institution_id)
    _say_sent(request, sheet, referral)
    return reverse("referral", args=[referral.pk])


def _send(request: PostRequest, sheet: Sheet, institution_id: int) -> Referral:
    """With a bed of the receiver held until it has answered, where one was asked for and is free."""
    resident_id, form, by = sheet.resident.pk, sheet.form(), request.user
    if sheet.beds is None or not sheet.beds.free:
        return actions.refer(resident_id, form, by=by, institution_id=institution_id)
    referral, stay = refer_with_bed(
        resident_id, form, sheet.beds.wanted, sheet.beds.span, by=by, institution_id=institution_id
    )
    words = {"ward": stay.resource.ward.name if stay.resource.ward else "", "bed": stay.resource.name}
    messages.success(request, _("已占床：%(ward)s %(bed)s，保留到对方答复。") % words)
    return referral


def _rewrite(request: PostRequest, sheet: Sheet, referral: Referral) -> str:
    """Write the draft anew and, where that was asked, send it or have it signed; both or neither."""
    form, by = sheet.form(), request.user
    moved = actions.perform(referral.pk, "edit", Given(form=form), by=by, version=version_of(request))
    if request.POST["step"] == "draft":
        messages.success(request, _kept_words(sheet))
        return reverse("referral", args=[moved.pk])
    action = "ask_approval" if rules.signature_for(moved, sheet.at) else "send"
    given = Given(place=number_of(form["place"]))
    moved = actions.perform(moved.pk, action, given, by=by, version=moved.version)
    _say_sent(request, sheet, moved)
    return reverse("referral", args=[moved.pk])


def _kept_words(sheet: Sheet) -> str:
    if sheet.gone:
        return _("草稿已保存。") + sheet.gone.words
    if sheet.surgery is not None and sheet.surgery.is_wanted:
        return _("草稿已保存。日间手术的意愿一并记下，发出时才占手术间和复苏位。")
    if sheet.examinations is not None and sheet.examinations.chosen:
        return _("草稿已保存。所选检查一并记下，发出时才约。")
    return _("草稿已保存。")


def _say_sent(request: PostRequest, sheet: Sheet, referral: Referral) -> None:
    """What went out, what is kept with it, and who waits."""
    messages.success(request, _sent_words(referral))
    if made := surgery_ahead.kept_for(referral.pk, referral.resident_id):
        words = {"procedure": made.procedure, "when": moment_words(made.starts_at or sheet.at, at=sheet.at)}
        messages.success(request, _("已预留日间手术：%(procedure)s，%(when)s，医院术前评估合格后按此手术。") % words)
    if booked := booked_words(booked_with(referral, sheet.at), sheet.at):
        messages.success(request, _("已约检查：%(booked)s。准备事项已告诉居民。") % {"booked": booked})
    _wait(request, sheet, referral)


def _wait(request: PostRequest, sheet: Sheet, referral: Referral) -> None:
    """On the waiting list with the sending, where nothing was free; who waits there already goes on waiting."""
    if not sheet.waits or not can_wait(referral, sheet.at):
        return
    entry = actions.wait_for_place(referral.pk, by=request.user)
    words = _("已登记候补，排在第 %(place)d 位。") % {"place": fairness.position_of(entry) + 1}
    messages.info(request, words)


def _template(request: PostRequest) -> str:
    """The page, or the part of it that HTMX asks for."""
    if request.htmx and request.htmx.target in {"asked", "choice"}:  # type: ignore[attr-defined]
        return f"family_doctor/_{request.htmx.target}.html"  # type: ignore[attr-defined]
    return "family_doctor/refer.html"


def _sent_words(referral: Referral) -> str:
    words = {"receiver": full_name(referral.receiver), "number": referral.number}
    if State(referral.state) is State.AWAITING_APPROVAL:
        return _("已提交本机构签批，签批后发往%(receiver)s。转诊号 %(number)s。") % words
    if referral.urgency == Urgency.EMERGENCY:
        return _("急诊转诊已发往%(receiver)s，对方不能拒绝。转诊号 %(number)s。请同时电话通知。") % words
    return _("已发往%(receiver)s。转诊号 %(number)s。结果会出现在“今天”。") % words
