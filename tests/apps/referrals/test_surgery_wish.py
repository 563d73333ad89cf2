"""A draft keeps the wish for a day surgery; the sending takes theatre and recovery place, or is not done."""

from datetime import timedelta
from typing import Any

import pytest

from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Invalid
from fenji.apps.referrals import actions
from fenji.apps.referrals.given import Given
from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.wishes import KEY, wish_for, wish_of
from fenji.apps.stays import theatres
from fenji.apps.stays.errors import NoTheatre
from fenji.apps.stays.models import Surgery
from fenji.apps.stays.policies import Person
from tests.apps.referrals.test_surgery_ahead import reserved, sent
from tests.factories.theatres import PROCEDURE, form_for_surgery, make_theatres
from tests.factories.world import World, make_world, resident_id

pytestmark = pytest.mark.django_db
NONE = wish_for("", None)


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    made = make_world(clock.at)
    make_theatres(made, clock.at)
    return made


def times(world: World, clock: Frozen) -> list[Any]:
    return theatres.times_from_below(world.county.pk, Person(), at=clock.at)


def drafted(world: World, wish: dict[str, str]) -> Referral:
    form = form_for_surgery(world, **{KEY: wish})
    return actions.draft(resident_id(world), form, by=world.doctor, institution_id=world.township.pk)


def edited(world: World, referral: Referral, **said: Any) -> Referral:
    given = Given(form=form_for_surgery(world, **said))
    version = Referral.objects.get(pk=referral.pk).version
    return actions.perform(referral.pk, "edit", given, by=world.doctor, version=version)


def send(world: World, referral: Referral) -> Referral:
    version = Referral.objects.get(pk=referral.pk).version
    return actions.perform(referral.pk, "send", Given(), by=world.doctor, version=version)


def test_a_draft_takes_nothing_and_its_sending_takes_what_was_wished_for(world: World, clock: Frozen) -> None:
    wanted = times(world, clock)[2]
    referral = drafted(world, wish_for(PROCEDURE, wanted))
    assert (Surgery.objects.count(), reserved()) == (0, [])
    edited(world, referral)  # not a word of it
    send(world, referral)
    made = Surgery.objects.get()
    assert (made.referral_id, made.procedure, made.starts_at) == (referral.pk, PROCEDURE, wanted)
    assert reserved() == ["recovery", "theatre"]


def test_a_wish_taken_back_takes_nothing(world: World, clock: Frozen) -> None:
    referral = drafted(world, wish_for(PROCEDURE, None))
    edited(world, referral, **{KEY: NONE})
    assert (send(world, referral).state, Surgery.objects.count()) == ("sent", 0)


def test_a_time_that_has_gone_meanwhile_keeps_the_draft_a_draft(world: World, clock: Frozen) -> None:
    wanted = times(world, clock)[0]
    referral = drafted(world, wish_for(PROCEDURE, wanted))
    sent(world, wanted)
    with pytest.raises(NoTheatre):
        send(world, referral)
    referral.refresh_from_db()
    kept = wish_of(referral)
    assert (referral.state, kept and kept.starts_at, len(reserved())) == ("draft", wanted, 2)


def test_a_draft_sent_back_keeps_what_it_has_or_exchanges_it_or_gives_it_back(world: World, clock: Frozen) -> None:
    referral, made = sent(world, first := times(world, clock)[0])
    other = first + timedelta(days=1)

    def sent_again(**said: Any) -> list[tuple[str, Any]]:
        Referral.objects.filter(pk=referral.pk).update(state="draft", sent_at=None)  # as sent back by who signs
        edited(world, referral, **said)
        send(world, referral)
        return list(Surgery.objects.order_by("requested_at", "starts_at").values_list("state", "starts_at"))

    assert sent_again() == [("requested", first)]
    assert sent_again(**{KEY: wish_for(PROCEDURE, first)}) == [("requested", first)]
    assert Surgery.objects.get().bundle_id == made.bundle_id
    assert sent_again(**{KEY: wish_for(PROCEDURE, other)}) == [("cancelled", first), ("requested", other)]
    assert len(reserved()) == 2
    assert [state for state, _at in sent_again(**{KEY: NONE})] == ["cancelled", "cancelled"]
    assert reserved() == []


@pytest.mark.parametrize(
    ("wish", "box"),
    [
        ("yes", "procedure"),
        (wish_for("术" * 81, None), "procedure"),
        ({"procedure": PROCEDURE, "starts_at": "明天"}, "surgery_at"),
        ({"procedure": PROCEDURE, "starts_at": "2026-03-10T08:00"}, "surgery_at"),
    ],
)
def test_a_wish_that_cannot_be_read_is_named(world: World, wish: Any, box: str) -> None:
    with pytest.raises(Invalid) as refused:
        drafted(world, wish)
    assert set(refused.value.fields) == {box}
    assert not Referral.objects.exists()
