"""What happens next, in plain words; each referral step by step; what was answered and the plan that came down."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from fenji.apps.referrals.models import CarePlan, FirstContact, FollowUp, Referral
from fenji.apps.residents import queries
from fenji.kernel.referral import STATES, State
from fenji.web.resident.moving import Page, moves_of
from fenji.web.resident.person import ResidentRequest, for_resident
from fenji.web.resident.standing import Standing, road, standing
from fenji.web.resident.steps import ToldStep, steps_told
from fenji.web.resident.told import own_referral, referrals_told, still_going
from fenji.web.resident.visit import to_bring, to_call
from fenji.web.waiting.own import offers_to_answer

PLAN_SHOWN = timedelta(days=180)  # as long as the upper doctor looks in
AT_ONCE, A_PAGE = 20, 20


@dataclass
class Told:
    """One referral as its resident reads it."""

    referral: Referral
    at: datetime

    @cached_property
    def now(self) -> Standing:
        return standing(self.referral, self.at)

    @property
    def is_open(self) -> bool:
        return STATES[State(self.referral.state)].is_open

    @property
    def road(self) -> list[str]:
        return road(self.referral)[0]

    @property
    def stage(self) -> int:
        return road(self.referral)[1]

    @cached_property
    def moves(self) -> list[tuple[str, Page]]:
        return moves_of(self.referral)

    @cached_property
    def first_move(self) -> tuple[str, Page] | None:
        """The one step the first screen offers: a time to choose."""
        return next(((action, page) for action, page in self.moves if action == "schedule"), None)

    @property
    def bring(self) -> list[str]:
        return to_bring(self.referral, self.at)

    @cached_property
    def call(self) -> list[tuple[str, str]]:
        return to_call(self.referral)

    @cached_property
    def steps(self) -> list[ToldStep]:
        return steps_told(self.referral)

    @cached_property
    def first_contact(self) -> FirstContact | None:
        return FirstContact.objects.filter(referral=self.referral).first()

    @cached_property
    def plan(self) -> CarePlan | None:
        return CarePlan.objects.select_related("by").filter(referral=self.referral).first()

    @property
    def urgency_first(self) -> tuple[bool, bool, bool, datetime]:
        """The order of the first screen: emergencies, what the resident must do, visits by their time, the rest."""
        place = self.referral.booking.place if self.referral.booking and self.now.is_visit else None
        when = place.starts_at if place else self.referral.created_at
        return not self.now.is_emergency, not self.now.is_my_turn, not self.now.is_visit, when


@require_GET
@for_resident
def now(request: ResidentRequest) -> HttpResponse:
    """The first screen: what happens next."""
    ids, at = queries.family_of_ids(request.resident.pk), request.at
    recent = list(referrals_told(ids)[:AT_ONCE])
    going = sorted((Told(referral, at) for referral in still_going(recent)), key=lambda told: told.urgency_first)
    shown = {
        "going": going,
        "offers": offers_to_answer(request),
        "plan": _latest_plan(ids, at),
        "due": _follow_ups(ids)[:3],
        "today": timezone.localdate(at),
        "past": [Told(referral, at) for referral in recent if referral.closed_at][:3],
        "family": queries.residents_of_account(request.user, at),
    }
    return render(request, "resident/now.html", shown | _who(request))


@require_GET
@for_resident
def show(request: ResidentRequest, referral_id: UUID) -> HttpResponse:
    """One referral, step by step."""
    referral = own_referral(request, referral_id)
    ids = queries.family_of_ids(request.resident.pk)
    shown = {
        "told": Told(referral, request.at),
        "referral": referral,
        "replies": referral.replies.select_related("by").order_by("-at"),
        "complaints": referral.complaints.order_by("-made_at"),
        "due": [task for task in _follow_ups(ids) if task.referral_id == referral.pk],
        "today": timezone.localdate(request.at),
        "before": referrals_told(ids).filter(pk=referral.parent_id).first() if referral.parent_id else None,
        "after": list(referrals_told(ids).filter(parent=referral)),
    }
    return render(request, "resident/referral.html", shown | _who(request))


@require_GET
@for_resident
def past(request: ResidentRequest) -> HttpResponse:
    """All referrals, newest first."""
    found = referrals_told(queries.family_of_ids(request.resident.pk))
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    shown = {"page": page, "rows": [Told(referral, request.at) for referral in page]}
    return render(request, "resident/referrals.html", shown | _who(request))


def _who(request: ResidentRequest) -> dict[str, object]:
    return {"resident": request.resident, "is_self": request.is_self, "at": request.at}


def _latest_plan(ids: list[UUID], at: datetime) -> CarePlan | None:
    found = CarePlan.objects.filter(referral__resident_id__in=ids, at__gt=at - PLAN_SHOWN)
    standing_plans = found.exclude(referral__state=State.CANCELLED).order_by("-at")
    return standing_plans.select_related("by", "referral__receiver").first()


def _follow_ups(ids: list[UUID]) -> list[FollowUp]:
    """Visits still due to the community team, earliest first; what doctors do among themselves is not listed."""
    found = FollowUp.objects.filter(referral__resident_id__in=ids, kind=FollowUp.Kind.FOLLOW_UP, done_at=None)
    return list(found.exclude(referral__state=State.CANCELLED).select_related("institution").order_by("due_on"))
