"""The registry's pages: find, register, look, correct, merge; numbers stay out of addresses and of pages."""

from datetime import timedelta
from typing import Any

import pytest

from fenji.apps.common.clock import Frozen
from fenji.apps.common.models import AuditEvent
from fenji.apps.residents import proofs, relations
from fenji.apps.residents.models import CareRelation, Merge, Resident
from tests.apps.residents.conftest import id_number, registered
from tests.factories.world import World, make_world, resident_id
from tests.web.entrance import client_of, text

pytestmark = pytest.mark.django_db
WHY = "家属持户口本确认为同一人"


@pytest.fixture
def world(clock: Frozen) -> World:
    return make_world(clock.at)


def filled(**changes: Any) -> dict[str, Any]:
    return {"name": "李大山", "id_number": id_number(), "phone": "13800001234", **changes}


def test_the_list_shows_ones_own_and_leads_to_them(world: World) -> None:
    page = text(client_of(world, "doctor").get("/residents/"))
    assert "陈小明" in page
    assert f"/residents/{resident_id(world)}/" in page
    assert "还没有居民" in text(client_of(world, "office").get("/residents/"))


@pytest.mark.parametrize("who", ["officer", "patient"])
def test_who_meets_no_patients_finds_no_registry(world: World, who: str) -> None:
    client = client_of(world, who)
    for address in ("/residents/", "/residents/new/", "/residents/duplicates/", f"/residents/{resident_id(world)}/"):
        assert client.get(address).status_code == 404


def test_a_name_is_searched_by_address_and_a_number_never_is(world: World) -> None:
    registered(world)
    client = client_of(world, "doctor")
    by_name = client.post("/residents/", {"q": "lds"})
    assert (by_name.status_code, by_name["Location"]) == (302, "/residents/?q=lds")
    assert "李大山" in text(client.get(by_name["Location"]))
    by_number = client.post("/residents/", {"q": id_number()})
    assert by_number.status_code == 200
    assert "李大山" in text(by_number)
    assert id_number() not in text(by_number)


def test_a_stranger_is_masked_and_opened_by_a_visit(world: World) -> None:
    stranger = registered(world)
    client = client_of(world, "office")
    assert client.get(f"/residents/{stranger.pk}/").status_code == 404
    found = text(client.post("/residents/", {"q": f"李大山{id_number()[-4:]}"}))
    assert "李*山" in found
    assert "李大山" not in found
    proof = found.split('name="proof" value="')[1].split('"')[0]
    answer = client.post("/residents/visit/", {"proof": proof, "idempotency_key": "k1"})
    assert answer["Location"] == f"/residents/{stranger.pk}/"
    assert "李大山" in text(client.get(answer["Location"]))
    again = client.post("/residents/visit/", {"proof": proof, "idempotency_key": "k1"})
    assert again["Location"] == answer["Location"]
    assert CareRelation.objects.filter(institution=world.county, kind="visit").count() == 1


def test_nothing_is_found_and_the_page_says_what_to_do(world: World) -> None:
    assert "姓名加证件后四位" in text(client_of(world, "office").get("/residents/?q=chen"))


def test_registering_opens_the_residents_page(world: World) -> None:
    client = client_of(world, "nurse")
    assert "居民身份证" in text(client.get("/residents/new/"))
    answer = client.post("/residents/new/mainland/", filled(idempotency_key="k2"))
    resident = Resident.objects.get(name="李大山")
    assert answer["Location"] == f"/residents/{resident.pk}/"
    page = text(client.get(answer["Location"]))
    assert "4417**********" in page
    assert "138****1234" in page
    assert id_number() not in page
    assert "13800001234" not in page


def test_a_faulty_form_says_of_each_field_what_is_wrong_and_keeps_the_rest(world: World) -> None:
    wrong = filled(id_number=id_number()[:-1] + "A", phone="1")
    answer = client_of(world, "nurse").post("/residents/new/mainland/", wrong)
    page = text(answer)
    assert answer.status_code == 422
    assert "前 17 位应为数字" in page
    assert "11 位手机号" in page
    assert "李大山" in page
    assert not Resident.objects.filter(name="李大山").exists()


def test_a_second_registration_leads_to_the_first(world: World) -> None:
    known = registered(world)
    own = client_of(world, "doctor").post("/residents/new/mainland/", filled())
    assert own["Location"] == f"/residents/{known.pk}/"
    answer = client_of(world, "office").post("/residents/new/mainland/", filled())
    assert answer.status_code == 409
    assert "已经登记过" in text(answer)
    assert "李*山" in text(answer)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("unknown", {"sex": "0"}),
        ("passport", {"name": "John Smith", "id_number": "E12345678", "sex": "1", "birth_date": "1980-01-01"}),
        ("hmt", {"name": "何家俊", "id_number": "H12345678", "sex": "1", "birth_date": "1980-01-01"}),
        ("birth", {"name": "王小宝", "id_number": "O440123456", "sex": "2", "birth_date": "2026-01-01"}),
    ],
)
def test_every_kind_of_identity_has_its_form(world: World, kind: str, fields: dict[str, str]) -> None:
    client = client_of(world, "nurse")
    assert client.get(f"/residents/new/{kind}/").status_code == 200
    answer = client.post(f"/residents/new/{kind}/", fields)
    assert answer.status_code == 302
    assert Resident.objects.filter(id_kind=kind).count() == 1


def test_a_newborn_is_registered_from_the_mothers_page(world: World) -> None:
    mother = registered(world, name="王小兰", id_number=id_number(serial=224))
    client = client_of(world, "nurse")
    assert "先找到母亲" in text(client.get("/residents/new/mother/"))
    assert "先找到母亲" in text(client.get("/residents/new/mother/?mother=nobody"))
    link = f"/residents/new/mother/?mother={mother.pk}"
    assert link in text(client.get(f"/residents/{mother.pk}/"))
    assert "王小兰" in text(client.get(link))
    answer = client.post(link, {"name": "", "sex": "1", "birth_date": "2026-03-03"})
    child = Resident.objects.get(mother=mother)
    assert (child.name, answer["Location"]) == ("王小兰之子", f"/residents/{child.pk}/")
    assert client_of(world, "office").get(link).status_code == 404


def test_unknown_kinds_and_residents_are_not_found(world: World) -> None:
    client = client_of(world, "nurse")
    for address in ("/residents/new/king/", f"/residents/{world.at:%Y%m%d}/", "/residents/merges/999/undo/"):
        assert client.get(address).status_code == 404


def test_a_number_is_shown_on_a_click_that_is_recorded(world: World) -> None:
    resident = registered(world)
    client = client_of(world, "nurse")
    address = f"/residents/{resident.pk}/reveal/id/"
    assert client.get(address).status_code == 405
    answer = client.post(address)
    assert id_number() in text(answer)
    assert "13800001234" not in text(answer)
    assert AuditEvent.objects.filter(resident_id=resident.pk, details__purpose="identity").count() == 1
    assert client_of(world, "office").post(address).status_code == 404


def test_a_correction_is_saved_with_its_reason(world: World) -> None:
    resident = registered(world)
    client = client_of(world, "nurse")
    address = f"/residents/{resident.pk}/correct/"
    form = text(client.get(address))
    assert 'value="李大山"' in form
    assert id_number() not in form
    fields = {"name": "李大珊", "id_number": "", "phone": "", "reason": "户口本上的名字"}
    assert client.post(address, fields | {"reason": "错"}).status_code == 422
    assert client.post(address, fields)["Location"] == f"/residents/{resident.pk}/"
    resident.refresh_from_db()
    assert resident.name == "李大珊"


def test_an_identity_is_completed_on_its_page(world: World) -> None:
    unknown = registered(world, id_kind="unknown", name="", id_number="", phone="")
    client = client_of(world, "nurse")
    address = f"/residents/{unknown.pk}/identity/"
    assert address in text(client.get(f"/residents/{unknown.pk}/"))
    assert client.get(f"{address}?kind=unknown").status_code == 302
    assert client.get(f"{address}?kind=passport").status_code == 200
    registered(world, name="王五", id_number=id_number(serial=115))
    assert client.post(address, filled(id_number=id_number(serial=115))).status_code == 422
    assert client.post(address, filled())["Location"] == f"/residents/{unknown.pk}/"
    unknown.refresh_from_db()
    assert (unknown.name, unknown.is_verified) == ("李大山", True)


def test_a_death_is_noted_on_its_page(world: World) -> None:
    resident = registered(world)
    client = client_of(world, "doctor")
    client.post(f"/residents/{resident.pk}/deceased/", {"reason": "家属携死亡证明告知"})
    assert "已故" in text(client.get(f"/residents/{resident.pk}/"))


def test_an_emergency_reading_asks_for_a_reason_and_is_marked(world: World, clock: Frozen) -> None:
    stranger = registered(world)
    client = client_of(world, "physician")
    address = f"/residents/emergency/{proofs.make(stranger.pk, world.physician, clock.at)}/"
    form = text(client.get(address))
    assert "审计员复核" in form
    assert "李大山" not in form
    assert client.post(address, {"reason": "急"}).status_code == 422
    answer = client.post(address, {"reason": "昏迷送入抢救室，需查过敏史"})
    assert "紧急查阅中" in text(client.get(answer["Location"]))
    assert client_of(world, "office").get(address).status_code == 404  # an office treats nobody
    clock.advance(timedelta(hours=3))
    assert client_of(world, "physician").get(answer["Location"]).status_code == 404


def test_duplicates_are_compared_merged_and_taken_apart(world: World) -> None:
    known = registered(world)
    again = registered(
        world, name="李大珊", id_kind="passport", id_number="E12345678", sex=1, birth_date=known.birth_date
    )
    head = client_of(world, "head")
    compare = f"/residents/duplicates/{known.pk}/{again.pk}/"
    desk = text(head.get("/residents/duplicates/"))
    assert compare in desk
    assert "出生日期相同" in desk
    assert compare not in text(client_of(world, "nurse").get("/residents/duplicates/"))
    assert client_of(world, "nurse").get(compare).status_code == 404
    assert "左右对调" in text(head.get(compare))
    assert head.post(compare, {"reason": "同"}).status_code == 422
    assert head.post(compare, {"reason": WHY})["Location"] == f"/residents/{known.pk}/"
    assert head.get(f"/residents/{again.pk}/")["Location"] == f"/residents/{known.pk}/"
    made = Merge.objects.get()
    assert f"/residents/merges/{made.pk}/undo/" in text(head.get(f"/residents/{known.pk}/"))
    assert WHY in text(head.get(f"/residents/merges/{made.pk}/undo/"))
    head.post(f"/residents/merges/{made.pk}/undo/", {"reason": "两人同名，合并有误"})
    assert head.get(f"/residents/{again.pk}/").status_code == 200


def test_a_pair_with_a_stranger_shows_the_stranger_masked(world: World) -> None:
    registered(world)
    registered(world, by="office", name="李大珊", id_kind="passport", id_number="E1234567", sex=1,
               birth_date=registered(world, name="赵六", id_number=id_number(serial=117)).birth_date)  # fmt: skip
    office = text(client_of(world, "office").get("/residents/duplicates/"))
    assert "李*山" in office
    assert "李大山" not in office


def test_every_look_at_a_page_is_recorded(world: World) -> None:
    client_of(world, "doctor").get(f"/residents/{resident_id(world)}/")
    event = AuditEvent.objects.get(verb="resident.read", resident_id=resident_id(world))
    assert (event.relation, event.institution_id) == ("contract", world.township.pk)
    assert relations.relation_for(world.doctor, resident_id(world), world.at) is not None
