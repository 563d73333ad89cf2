"""Whoever sends a patient elsewhere than the city's rules prefer says why, by code: on every way a referral leaves."""

import pytest

from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Invalid
from fenji.apps.referrals import actions
from fenji.apps.referrals.given import Given
from fenji.apps.referrals.models import Referral
from fenji.apps.registry.models import Department
from fenji.kernel.referral import State
from tests.apps.referrals.test_loop import go, plan
from tests.factories import journey
from tests.factories.journey import REPLY
from tests.factories.world import World, resident_id


def refer(world: World, **form: object) -> Referral:
    form = world.form(**{"choice_code": ""} | form)
    return actions.refer(resident_id(world), form, by=world.doctor, institution_id=world.township.pk)


def asked(world: World, **form: object) -> str:
    with pytest.raises(Invalid) as refused:
        refer(world, **form)
    assert not Referral.objects.exists()
    return str(refused.value.fields["choice_code"])


def test_to_the_proposed_institution_no_reason_is_asked(world: World):
    assert refer(world).choice_code == ""


def test_outside_the_consortium_a_reason_is_asked(world: World):
    assert "医联体外" in asked(world, institution=world.county_tcm.code)


def test_above_the_lowest_adequate_tier_a_reason_is_asked(world: World):
    assert "最低层级" in asked(world, institution=world.city.code)


def test_who_is_ruled_out_is_sent_to_only_with_a_reason(world: World):
    Department.objects.filter(institution=world.county_tcm, specialty="03.04").update(specialty="50")
    assert "不在可转往的机构之列" in asked(world, institution=world.county_tcm.code)


def test_the_reason_is_kept_and_stands_in_the_course(world: World):
    sent = refer(world, institution=world.city.code, choice_code="capability")
    assert sent.choice_code == "capability"
    assert sent.steps.get(action="send").reason == "capability"


def test_only_a_reason_of_the_list_is_one(world: World):
    with pytest.raises(Invalid) as refused:
        refer(world, institution=world.city.code, choice_code="我愿意")
    assert "choice_code" in refused.value.fields


def test_in_an_emergency_nobody_is_asked(world: World):
    sent = refer(world, institution=world.city.code, urgency="emergency", consent_by="emergency")
    assert State(sent.state) is State.SENT


def test_a_draft_is_asked_when_it_is_sent(world: World):
    form = world.form(institution=world.city.code, choice_code="")
    draft = actions.draft(resident_id(world), form, by=world.doctor, institution_id=world.township.pk)
    with pytest.raises(Invalid):
        actions.perform(draft.pk, "send", by=world.doctor, version=1)
    sent = actions.perform(draft.pk, "send", Given(reason="sooner"), by=world.doctor, version=1)
    assert sent.choice_code == "sooner"


def test_after_a_refusal_the_next_is_asked_for_too(world: World):
    refused = journey.reach(world, State.REFUSED)
    with pytest.raises(Invalid) as fault:
        go(refused, "reroute", world.doctor, institution=world.city.code)
    assert "choice_code" in fault.value.fields
    go(refused, "reroute", world.doctor, institution=world.city.code, reason="capability")
    refused.refresh_from_db()
    assert refused.choice_code == "capability"


def test_down_to_who_sent_or_to_the_residents_own_no_reason_is_asked(world: World, clock: Frozen):
    up = journey.reach(world, State.IN_CARE)
    go(up, "return_down", world.physician, reply=REPLY, plan=plan(clock), institution=world.township.code)
    assert Referral.objects.get(parent=up).choice_code == ""


def test_the_price_of_asking_is_few_queries(world: World, django_assert_max_num_queries):
    refer(world)  # what is cached per process is there now
    with django_assert_max_num_queries(14):
        from fenji.apps.referrals.choosing import asks_why, question_of

        asks_why(question_of(Referral.objects.get(), world.at), world.county.code)
