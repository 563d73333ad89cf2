"""Late is what passed its deadline, at that moment, whether or not anybody was told of it."""

from datetime import timedelta

import pytest

from fenji.apps.common.clock import Frozen
from fenji.apps.indicators.figures import figures
from fenji.apps.indicators.scope import Scope
from fenji.apps.referrals import actions
from fenji.apps.referrals.given import Given
from fenji.apps.referrals.models import Referral, Step
from tests.factories.world import World, resident_id

SECOND = timedelta(seconds=1)


def counted(clock: Frozen, *codes: str) -> list[int]:
    found = figures(Scope(clock.at - timedelta(days=20), clock.at + SECOND, clock.at))
    return [found[code].count for code in codes]


@pytest.fixture
def sent(world: World) -> Referral:
    return actions.refer(resident_id(world), world.form(), by=world.doctor, institution_id=world.township.pk)


def go(referral: Referral, action: str, world: World, **given: object) -> Step:
    """The move, by the receiving office; the worker never runs in these tests."""
    version = Referral.objects.get(pk=referral.pk).version
    actions.perform(referral.pk, action, Given(**given), by=world.office, version=version)  # type: ignore[arg-type]
    return Step.objects.filter(referral=referral, action=action).latest("version")


def test_unanswered_is_late_from_the_deadline_on_and_not_before(sent: Referral, clock: Frozen) -> None:
    assert sent.due_at is not None
    clock.move_to(sent.due_at - SECOND)
    assert counted(clock, "unanswered", "answered_late", "on_time") == [0, 0, 0]
    clock.move_to(sent.due_at)
    assert counted(clock, "unanswered", "answered_late", "on_time") == [1, 0, 0]


def test_an_answer_after_the_deadline_is_late_though_nobody_was_told(
    sent: Referral, world: World, clock: Frozen
) -> None:
    assert sent.due_at is not None
    clock.move_to(sent.due_at)
    assert go(sent, "accept", world).is_late
    assert not Step.objects.filter(referral=sent, action="escalate").exists()
    assert counted(clock, "accepted", "answered_late", "unanswered", "on_time") == [1, 1, 0, 0]


def test_an_answer_a_second_before_is_in_time(sent: Referral, world: World, clock: Frozen) -> None:
    assert sent.due_at is not None
    clock.move_to(sent.due_at - SECOND)
    assert not go(sent, "accept", world).is_late
    clock.advance(timedelta(days=3))  # the deadline of the next state passes: that is no late answer
    assert counted(clock, "accepted", "answered_late", "unanswered", "on_time") == [1, 0, 0, 1]


def test_what_was_late_before_a_question_stays_late(sent: Referral, world: World, clock: Frozen) -> None:
    assert sent.due_at is not None
    clock.move_to(sent.due_at + SECOND)
    go(sent, "ask", world, note="请补心电图")
    assert counted(clock, "unanswered") == [1]
    version = Referral.objects.get(pk=sent.pk).version
    actions.perform(sent.pk, "answer", Given(note="已补"), by=world.doctor, version=version)
    assert not go(sent, "accept", world).is_late
    assert counted(clock, "answered_late", "unanswered", "on_time") == [1, 0, 0]


def test_being_told_changes_nothing(sent: Referral, world: World, clock: Frozen) -> None:
    assert sent.due_at is not None
    clock.move_to(sent.due_at)
    before = counted(clock, "unanswered", "answered_late", "on_time")
    actions.escalate_overdue(at=clock.at)
    assert Step.objects.get(referral=sent, action="escalate").is_late
    assert counted(clock, "unanswered", "answered_late", "on_time") == before
