"""The actions themselves refuse whoever has no business in a house's wards, and change nothing."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from fenji.apps.accounts.models import User
from fenji.apps.common.errors import NotFound
from fenji.apps.common.models import AuditEvent
from fenji.apps.registry.models import Department, Membership
from fenji.apps.residents.models import Resident
from fenji.apps.stays import actions, going_down, handing_over, movements, readings, reconciliation, surgery, wards
from fenji.apps.stays.models import Census, Difference, HandOver, Movement, Proposal, Resource, Stay, Surgery, Ward
from fenji.apps.stays.policies import SURGERY_STEPS, Footing
from fenji.kernel.day_surgery import CHECKLIST
from fenji.kernel.roles import Office, Role
from fenji.kernel.stays import Event
from tests.apps.booking import clinic
from tests.apps.stays import ward
from tests.apps.stays.ward import DAY, NOW, SPAN, WOMAN, later, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def where() -> Department:
    """Somebody has lain in the first bed for nine days and is proposed; the fourth is the house's own."""
    made = ward.department()
    ward.beds(made, 3)
    ward.beds(made, 1, handed=False, ward_code="W2", used_from=date(2020, 1, 1))
    tell(
        made.institution_id, "1", Event.ADMIT, later(days=-9), "A", "b1", resident_id=clinic.resident(),
        diagnosis_code="I10",
    )  # fmt: skip
    going_down.propose(at=NOW)
    reconciliation.compare({"b3": "X"}, institution_id=made.institution_id, taken_at=NOW, by=None, at=NOW)
    return made


def admit(where: Department, by: User) -> Any:
    return movements.by_hand(Event.ADMIT, institution_id=where.institution_id, by=by, at=NOW, bed="b2")


def by_system(where: Department, by: User) -> Any:
    return tell(where.institution_id, "2", Event.ADMIT, NOW, "B", "b2", by=by)


def look_round(where: Department, by: User) -> Any:
    return movements.hear_from(where.institution_id, by_messages=False, by=by, at=NOW)


def hand_over(where: Department, by: User) -> Any:
    beds = Resource.objects.filter(department=where, code="b1").values_list("pk", flat=True)
    return handing_over.take_back(list(beds), from_at=NOW + 90 * DAY, by=by, at=NOW)


def enter(where: Department, by: User) -> Any:
    return wards.put_resource(wards.ResourceForm(where.pk, "W1", "一病区", "b9"), by=by, at=NOW)


def close(where: Department, by: User) -> Any:
    number = Ward.objects.get(department=where, code="W1").pk
    return wards.close_ward(number, "装修", from_at=NOW, until_at=None, by=by, at=NOW)


def compare(where: Department, by: User) -> Any:
    return reconciliation.compare({}, institution_id=where.institution_id, taken_at=NOW, by=by, at=NOW)


def settle(where: Department, by: User) -> Any:
    return reconciliation.settle(Difference.objects.filter(bed_code="b3")[0].pk, "已核对", by=by, at=NOW)


def decline(where: Department, by: User) -> Any:
    return going_down.decline(Proposal.objects.get().pk, "not_stable", "", by=by, at=NOW)


def observe(where: Department, by: User) -> Any:
    return readings.observe(Stay.objects.get(state="occupied").pk, {}, by=by, at=NOW)


def reserve(where: Department, by: User) -> Any:
    bed = Resource.objects.get(department=where, code="b2")
    return actions.reserve(bed.pk, SPAN, person=WOMAN, footing=Footing.PLATFORM, by=by, at=NOW)


def ask(where: Department, by: User) -> Any:
    return surgery.request(Resident.objects.all()[0], where, "白内障超声乳化", by=by, at=NOW)


OFFICE, PHYSICIAN, NURSE, PROGRAM = Role.REFERRAL_OFFICE, Role.PHYSICIAN, Role.NURSE, Role.PROGRAM
# The act, who may do it, and who of the same house may not.
ACTS: list[tuple[Callable[[Department, User], Any], Role, Role]] = [
    (admit, NURSE, Role.READER), (by_system, PROGRAM, NURSE), (look_round, NURSE, Role.READER),
    (hand_over, OFFICE, PHYSICIAN), (enter, OFFICE, NURSE), (close, OFFICE, PHYSICIAN), (compare, PROGRAM, PHYSICIAN),
    (settle, OFFICE, NURSE), (decline, PHYSICIAN, OFFICE), (observe, NURSE, OFFICE), (reserve, OFFICE, NURSE),
    (ask, PHYSICIAN, OFFICE),
]  # fmt: skip


def everything() -> list[Any]:
    tables = (Stay, Movement, Resource, Ward, HandOver, Proposal, Census, Difference, Surgery, AuditEvent)
    return [list(table.objects.order_by("pk").values()) for table in tables]


@pytest.mark.parametrize(("act", "may", "may_not"), ACTS, ids=lambda given: getattr(given, "__name__", str(given)))
def test_the_act_itself_refuses_another_house_and_another_post(
    where: Department, act: Callable[[Department, User], Any], may: Role, may_not: Role
) -> None:
    left = clinic.keeper(where, may)
    Membership.objects.filter(user=left).update(valid_until=NOW.date())  # the last day was yesterday
    before = everything()
    for stranger in (clinic.keeper(ward.department(), may), clinic.keeper(where, may_not), clinic.doctor(), left):
        with pytest.raises(NotFound):
            act(where, stranger)
    assert everything() == before
    act(where, clinic.keeper(where, may))
    assert everything() != before


def test_a_reservation_is_cancelled_by_the_house_or_by_its_referral(where: Department) -> None:
    bed = Resource.objects.get(department=where, code="b2")
    stay, stranger = ward.reserve(bed), clinic.keeper(ward.department())
    for act in (actions.confirm, actions.finish, lambda pk, **by: actions.cancel(pk, "不来了", **by)):
        with pytest.raises(NotFound):
            act(stay.pk, by=stranger, at=NOW)
    with pytest.raises(NotFound):
        actions.move_to(
            stay.pk, bed.pk, SPAN, person=WOMAN, footing=Footing.PLATFORM, by=stranger, at=NOW, reason="换床"
        )  # fmt: skip
    assert actions.cancel(stay.pk, "不来了", by=clinic.keeper(where), at=NOW).state == "cancelled"


def test_whoever_imports_for_the_whole_city_enters_beds_and_nothing_else(where: Department) -> None:
    system = clinic.doctor()
    system.office = Office.SYSTEM
    system.save()
    enter(where, system)
    for act in (admit, decline, observe, ask):
        with pytest.raises(NotFound):
            act(where, system)


STEPS: Mapping[str, tuple[Any, ...]] = {
    "assess": (dict.fromkeys(CHECKLIST, True), ""), "book": (NOW,), "operate": (), "discharge": ({},),
    "admit": ("出血",), "cancel": ("感冒",),
}  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
def test_a_step_of_a_day_surgery_is_refused_before_anything_of_it_is_said(where: Department, step: str) -> None:
    made: Surgery = ask(where, clinic.keeper(where, PHYSICIAN))
    wrong = [clinic.keeper(ward.department(), PHYSICIAN), clinic.keeper(where, NURSE)]
    if OFFICE not in SURGERY_STEPS[step]:
        wrong.append(clinic.keeper(where, OFFICE))
    for by in wrong:
        with pytest.raises(NotFound):
            getattr(surgery, step)(made.pk, *STEPS[step], by=by, at=NOW, version=made.version)
    made.refresh_from_db()
    assert made.state == "requested"
