"""What was typed for a diagnosis: taken where only one fits, asked where several do, all else kept."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from fenji.apps.referrals.models import Referral
from fenji.web.diagnosis_field import CodedDiagnosisField, DiagnosisField
from fenji.web.family_doctor.diagnosis import AS_WRITTEN, diagnosis_meant, typed, unclear_words
from tests.factories.world import World, make_places, make_world, resident_id
from tests.web.entrance import client_of

FILLED = {
    "urgency": "routine", "institution": "yx-renmin", "consent_by": "self", "choice_code": "resident_wish",
    "history": "活动后胸闷两周。", "m_systolic": "172",
}  # fmt: skip


def test_what_names_one_is_taken_and_what_several_fit_is_asked():
    assert typed("I10 高血压").found.code == typed("高血压").found.code == "I10"
    assert typed("血压升高").found.code == "R03.0"  # the only one that fits
    unclear = typed("xjt")
    assert unclear.is_unclear and not unclear.may_stay and unclear.found is None
    assert [one.code for one in unclear.fitting] == ["I20.9", "I20.0"]
    assert typed("xjt", "I20.0").found.code == "I20.0"
    assert typed("xjt", "I10").is_unclear  # chosen for what was typed before
    assert typed("xjt", AS_WRITTEN).is_unclear  # initials say nothing to who receives them


def test_own_words_in_chinese_may_stay_and_letters_that_fit_nothing_are_asked_back():
    assert not typed("乏力待查").is_unclear and typed("乏力待查").found is None
    assert typed("血压").is_unclear and not typed("血压", AS_WRITTEN).is_unclear
    assert typed("zzz").is_unclear and not typed("zzz", AS_WRITTEN).is_unclear
    assert not typed("").is_unclear


def test_where_nothing_can_be_clicked_the_fault_names_what_it_may_be():
    assert "I20.9 心绞痛" in unclear_words("xjt") and unclear_words("心绞痛") == unclear_words("乏力待查") == ""
    assert diagnosis_meant("xjt") is None and diagnosis_meant("血压") is None
    assert diagnosis_meant("心绞痛").code == "I20.9"


@pytest.mark.parametrize("field", [DiagnosisField(required=False), CodedDiagnosisField(required=False)])
def test_a_box_refuses_initials_that_fit_several_and_names_them(field: DiagnosisField):
    assert [field.clean(text) for text in ("", "I10 高血压", "心绞痛")] == ["", "I10 高血压", "心绞痛"]
    with pytest.raises(ValidationError, match=r"I20\.9 心绞痛"):
        field.clean("xjt")


def test_where_the_code_alone_is_kept_words_of_ones_own_are_not_lost_in_silence():
    assert DiagnosisField().clean("乏力待查") == "乏力待查"
    with pytest.raises(ValidationError, match="诊断表里没有“乏力待查”"):
        CodedDiagnosisField().clean("乏力待查")


@pytest.fixture
def world(db: None, clock, settings) -> World:
    settings.FENJI_REQUIRE_SECOND_FACTOR = False
    return make_world(clock.at)


@pytest.fixture
def doctor(world: World) -> Client:
    return client_of(world, "doctor")


@pytest.mark.django_db
def test_initials_are_not_sent_as_a_diagnosis_but_asked_and_all_else_is_kept(world: World, doctor: Client, clock):
    make_places(world.departments["yx-renmin.cardio"], clock.at)
    path = f"/refer/{resident_id(world)}/"
    for step in ("send", "draft"):
        answer = doctor.post(path, {**FILLED, "diagnosis": "xjt", "step": step})
        assert answer.status_code == 422 and not Referral.objects.exists()
    page = answer.content.decode()
    for kept in (
        'name="meant" value="I20.9"', "活动后胸闷两周。", 'name="diagnosis" value="xjt"',
        'type="hidden" name="m_systolic" value="172"', 'type="hidden" name="institution" value="yx-renmin"',
        'type="hidden" name="consent_by" value="self"',
    ):  # fmt: skip
        assert kept in page, kept
    chosen = {**FILLED, "diagnosis": "xjt", "meant": "I20.9"}
    proposed = doctor.post(path, chosen).content.decode()
    assert 'value="I20.9" checked' in proposed and 'type="hidden" name="consent_by"' not in proposed
    assert doctor.post(path, {**chosen, "step": "send"}).status_code == 302
    sent = Referral.objects.get()
    assert (sent.diagnosis_code, sent.diagnosis_name, sent.specialty) == ("I20.9", "心绞痛", "03.04")
