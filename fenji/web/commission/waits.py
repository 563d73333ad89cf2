"""The green channel step by step (E5): referred, contracted and other patients, the patients' own delay apart."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from fenji.apps.booking.delays import Measured, PatientGroup
from fenji.apps.booking.waits import WINDOW
from fenji.apps.common import clock
from fenji.apps.indicators.green_channel import HouseWaits, Step, green_channel
from fenji.kernel.roles import Role
from fenji.web.commission.selection import selection_from
from fenji.web.presenters.waits import GROUPS
from fenji.web.roles import PostRequest, requires_role

STEPS: dict[Step, str | Promise] = {
    Step.BOOKED: _("提出到约定"), Step.SEEN: _("约定到就诊"), Step.BED: _("申请到入院"),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One step of one institution: each group's measure in the order of `GROUPS`, None where nobody took it."""

    step: str | Promise
    measures: list[tuple[str | Promise, Measured | None]]
    is_behind: bool


@require_GET
@requires_role(Role.COMMISSION)
def green(request: PostRequest) -> HttpResponse:
    """Institutions where referred patients wait no less than others stand first."""
    at = clock.now()
    chosen = selection_from(request.GET, region=request.post.institution.region_id, at=at)
    found = green_channel(chosen.scope)
    words = {
        "at": at, "chosen": chosen, "days": WINDOW.days, "groups": list(GROUPS.values()),
        "rows": [(one, _lines(one)) for one in found], "behind": sum(one.is_behind for one in found),
    }  # fmt: skip
    return render(request, "commission/green_channel.html", words)


def _lines(one: HouseWaits) -> list[Line]:
    return [
        Line(
            name, [(words, one.steps.get((step, group))) for group, words in GROUPS.items()],
            _is_behind(one.steps.get((step, PatientGroup.REFERRED)), one.steps.get((step, PatientGroup.OTHER))),
        )
        for step, name in STEPS.items()
        if any(taken is step for taken, _group in one.steps)
    ]  # fmt: skip


def _is_behind(mine: Measured | None, others: Measured | None) -> bool:
    return mine is not None and others is not None and mine.days >= others.days and mine.days > 0
