"""The resident's own pages: card, who may see and who looked, the family, large print."""

from datetime import timedelta

import pytest
import segno
from django.test import Client

from fenji.apps.accounts.models import User
from fenji.apps.common.clock import Frozen
from fenji.apps.residents import relations
from fenji.apps.residents.models import CareRelationKind, ResidentAccount
from fenji.apps.residents.policies import Purpose
from fenji.web.resident.card import qr_svg
from tests.apps.residents.conftest import registered
from tests.factories.world import World, make_world, resident_id
from tests.web.entrance import client_of, text

pytestmark = pytest.mark.django_db
OWN_PAGES = ("/me/", "/me/card/", "/me/seen/", "/me/family/")


@pytest.fixture
def world(clock: Frozen) -> World:
    return make_world(clock.at)


@pytest.fixture
def patient(world: World) -> Client:
    return client_of(world, "patient")


def test_the_card_shows_name_number_and_code(world: World, patient: Client) -> None:
    page = text(patient.get("/me/card/"))
    assert world.resident is not None
    assert "陈小明" in page
    assert qr_svg(world.resident.card_number) in page


def test_the_code_holds_the_cards_number_only_and_no_style() -> None:
    drawn = qr_svg("1234567890123456")
    assert "style" not in drawn
    assert "script" not in drawn
    cells = segno.make("1234567890123456", error="m", micro=False).symbol_size(scale=1)[0]
    assert f'viewBox="0 0 {cells} {cells}"' in drawn
    assert drawn != qr_svg("1234567890123457")


def test_who_may_see_and_who_looked_are_told_by_institution(world: World, patient: Client) -> None:
    relations.access_resident(world.nurse, resident_id(world), at=world.at, purpose=Purpose.CARE)
    relations.emergency_access(world.physician, resident_id(world), "昏迷送入抢救室，需查过敏史")
    relations.access_resident(world.physician, resident_id(world), at=world.at, purpose=Purpose.CARE)
    page = text(patient.get("/me/seen/"))
    assert "织篢镇中心卫生院" in page
    assert "家庭医生签约" in page
    assert "nurse" not in page  # by institution, except in an emergency
    assert "阳西县人民医院 physician" in page
    assert "昏迷送入抢救室，需查过敏史" in page


def test_an_institution_stands_once_with_every_reason_since_the_first_and_until_the_last(
    world: World, patient: Client, clock: Frozen
) -> None:
    for number, days in enumerate((3, 30)):
        relations.open_relation(
            resident_id(world), institution_id=world.county.pk, kind=CareRelationKind.REFERRAL_RECEIVED,
            cause_kind="referral", cause_id=number, at=clock.at, until=clock.at + timedelta(days=days),
        )  # fmt: skip
    resident = resident_id(world)
    relations.open_visit(world.resident, institution_id=world.county.pk, at=clock.at)
    page = text(patient.get("/me/seen/"))
    may_see = page[page.index("现在谁可以查阅") : page.index("谁看过", page.index("现在谁可以查阅"))]
    assert may_see.count("阳西县人民医院") == 1 and may_see.count("织篢镇中心卫生院") == 1
    assert "接收机构 2 次" in may_see and "本次就诊" in may_see
    assert "4月3日" in may_see and "3月7日" not in may_see
    staff = text(client_of(world, "doctor").get(f"/residents/{resident}/"))
    assert "接收机构 2 次" in staff


def test_ones_own_looks_are_not_listed(world: World, patient: Client) -> None:
    for address in OWN_PAGES:
        patient.get(address)
    assert "还没有人查阅过" in text(patient.get("/me/seen/"))


def test_a_child_is_shown_instead_after_choosing(world: World, patient: Client, clock: Frozen) -> None:
    child = registered(world, name="陈小宝")
    assert patient.post(f"/me/family/{child.pk}/").status_code == 404
    ResidentAccount.objects.create(user=world.patient, resident=child, relation="child", from_at=clock.at)
    assert "子女" in text(patient.get("/me/family/"))
    assert patient.post(f"/me/family/{child.pk}/")["Location"] == "/me/"
    page = text(patient.get("/me/card/"))
    assert "正在查看家人：陈小宝" in page
    assert child.card_number[:4] in page
    ResidentAccount.objects.filter(resident=child).update(until_at=clock.at)
    assert "陈小宝" not in text(patient.get("/me/card/"))  # the power ended, the own card is back


def test_large_print_is_switched_on_and_off(world: World, patient: Client) -> None:
    assert 'data-print-size="large"' not in text(patient.get("/me/card/"))
    assert patient.post("/me/print/")["Location"] == "/me/card/"
    assert 'data-print-size="large"' in text(patient.get("/me/card/"))
    patient.post("/me/print/")
    assert not User.objects.get(username="patient").large_print


def test_an_account_without_a_resident_is_told_what_to_do(world: World) -> None:
    stranger = client_of(world, "officer")
    for address in OWN_PAGES:
        answer = stranger.get(address)
        assert answer.status_code == 404
        assert "转诊办公室" in text(answer)


def test_a_stranger_is_asked_to_log_in(world: World) -> None:
    for address in OWN_PAGES:
        assert Client().get(address).status_code == 302
