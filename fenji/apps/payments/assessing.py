"""A bill as handed in becomes a bill as the kernel settles it: who is insured how, how it came, what is covered."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.payments.facts import Came, history_of
from fenji.apps.payments.given import Bill as Given
from fenji.apps.payments.insured import Insured, insured_on
from fenji.apps.payments.policies import check_designated
from fenji.apps.payments.rules import items_on, pay_tier, policy_on
from fenji.apps.registry.models import Institution
from fenji.apps.residents.models import Resident
from fenji.kernel.payment.bill import Bill
from fenji.kernel.payment.faults import FAULTS, Fault, fault_of
from fenji.kernel.payment.lines import ClassedLine, Line, bill_of, class_lines
from fenji.kernel.payment.person import PersonYear as Accumulators


@dataclass(frozen=True)
class Assessed:
    """All that settling needs to know of one bill."""

    resident: Resident
    institution: Institution
    insured: Insured
    came: Came
    lines: tuple[ClassedLine, ...]
    bill: Bill


def assess(given: Given) -> Assessed:
    """Raises NotFound (resident, institution), NotInsured, Suspended, NotDesignated, Invalid."""
    resident = Resident.objects.select_related("merged_into").filter(pk=given.resident_id).first()
    institution = Institution.objects.filter(code=given.institution_code).first()
    if resident is None or institution is None:
        raise NotFound
    resident = resident.merged_into or resident
    check_designated(institution)
    insured = insured_on(resident, timezone.localdate(given.ended_at))
    history = history_of(resident, timezone.localdate(given.admitted_at))
    came = history.came(institution, given.setting, given.admitted_at)
    lines = classed(given.lines, institution, given)
    frame = Bill(
        insured.scheme, given.setting, pay_tier(institution), came.resolution.state, int(came.contract), insured.group,
        care_days=given.care_days,
    )  # fmt: skip
    bill = Bill(*(int(value) for value in bill_of(lines, frame)))
    if fault := fault_of(bill, Accumulators()):
        raise Invalid(FAULTS[Fault(fault)][0])
    return Assessed(resident, institution, insured, came, lines, bill)


def classed(lines: Iterable[Line], institution: Institution, given: Given) -> tuple[ClassedLine, ...]:
    day = timezone.localdate(given.ended_at)
    items = items_on({line.code for line in given.lines if line.code}, day)
    return class_lines(lines, items.get, pay_tier(institution), policy_on(day).rounding)
