"""Two hospitals hand over clinics of one physician for the same hours at the same instant: one of them is told."""

from collections.abc import Callable
from datetime import date
from threading import Barrier
from typing import Any

import pytest

from fenji.apps.booking import blocks, physicians
from fenji.apps.booking.blocks import SessionForm
from fenji.apps.booking.models import Block, Session
from fenji.apps.common import rulebooks
from fenji.apps.common.errors import Invalid
from fenji.apps.registry.models import Department, Membership
from fenji.kernel.roles import Role
from fenji.rulebook import load_rulebook
from tests.apps.booking import clinic
from tests.apps.booking.clinic import DAY, HOUR, NOW, TOMORROW
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [pytest.param(3, id="few"), pytest.param(60, id="full", marks=pytest.mark.prove)]


def hands_over(where: Department, physician_id: int, number: int) -> Callable[[], Block]:
    """A block of one clinic, half an hour apart from the other house's."""
    begins = TOMORROW + number * DAY + (where.pk % 2) * HOUR / 2
    form = SessionForm(f"S{number}", where.pk, begins, begins + HOUR, 15, physician_id=physician_id)
    by = clinic.keeper(where)
    return lambda: blocks.hand_over(where.institution_id, f"B{number}", [form], by=by, at=NOW)


def race(rounds: int) -> None:
    rulebooks.store(load_rulebook("yangjiang"), at=NOW)
    houses = [clinic.department(), clinic.department()]
    physician = clinic.doctor("两地行医")
    for where in houses:
        Membership.objects.create(
            user=physician, institution=where.institution, role=Role.PHYSICIAN, valid_from=date(2020, 1, 1)
        )
    for number in range(rounds):
        outcomes = together([hands_over(where, physician.pk, number) for where in houses])
        assert Session.objects.filter(source_code=f"S{number}").count() == 1, outcomes
        (told,) = [one for one in outcomes if isinstance(one, Exception)]
        assert isinstance(told, Invalid)
        assert Block.objects.filter(source_code=f"B{number}").count() == 1


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_physician_is_in_one_clinic_at_a_time(rounds: int) -> None:
    race(rounds)


def test_without_waiting_for_each_other_both_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: nobody waits, and both have looked before either writes."""
    looked, look = Barrier(2), physicians.fault_of

    def look_together(*asked: Any) -> str:
        found = look(*asked)
        looked.wait(20)
        return found

    monkeypatch.setattr(physicians, "one_at_a_time", lambda _ids: None)
    monkeypatch.setattr(physicians, "fault_of", look_together)
    with pytest.raises(AssertionError):
        race(1)
