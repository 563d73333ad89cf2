"""Synthetic residents reach the database as they were made, all or none, sealed, with contracts and care relations."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Invalid
from fenji.apps.contracts import loading as contracts
from fenji.apps.contracts.models import Contract
from fenji.apps.contracts.queries import contract_on
from fenji.apps.registry.models import Region, ServiceArea
from fenji.apps.residents import identity, loading, names
from fenji.apps.residents.duplicates import duplicates_of
from fenji.apps.residents.models import CareRelation, Resident
from fenji.simulator.chunks import Chunk
from fenji.simulator.residents import generate
from tests.conftest import NOON
from tests.factories.city import standing_city

pytestmark = pytest.mark.django_db

N = 1500


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with standing_city(django_db_blocker, NOON, with_staff=True):
        yield


@pytest.fixture
def city(standing: None, db: None, clock: Frozen) -> Frozen:
    """Yangjiang with its teams and nobody to care for yet."""
    return clock


def plain() -> list[tuple]:
    """All that is the same for the same seed: the sealed columns are opened."""
    return [
        (
            one.pk, one.name, one.name_pinyin, one.name_initials, one.sex, one.birth_date, one.id_kind,
            identity.id_number(one), identity.phone_number(one), one.card_number, one.town_id, one.address, one.scheme,
            one.mother_id, one.source_code, one.is_verified, bytes(one.id_hash or b""), bytes(one.tail_hash or b""),
        )
        for one in Resident.objects.order_by("pk")
    ]  # fmt: skip


def chunks(at: Any) -> list[Chunk]:
    return list(generate(N, 1, towns=loading.towns_with_people(), on=timezone.localdate(at)))


def table_shape() -> list[tuple]:
    """Every index and constraint of the three tables, by name and definition."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'c', conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = ANY(%s::regclass[])"
            " UNION ALL SELECT 'i', indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = ANY(%s::regclass[]) ORDER BY 1, 2",
            [TABLES, TABLES],
        )
        return list(cursor.fetchall())


TABLES = [model._meta.db_table for model in (Resident, Contract, CareRelation)]


def test_residents_arrive_as_they_were_made(city: Frozen) -> None:
    assert contracts.load_synthetic(N, 1, at=city.at) == N == Resident.objects.count()
    for chunk in chunks(city.at):
        rows = Resident.objects.in_bulk(chunk.ids)
        for place, id_ in enumerate(chunk.ids):
            row = rows[UUID(id_)]
            assert (row.name, row.sex, row.town_id, row.card_number) == (
                chunk.names.text[place], chunk.sex[place], chunk.town.code, chunk.card[place],
            )  # fmt: skip
            assert row.birth_date == chunk.born[place].astype(object)
            assert identity.id_number(row) == chunk.id_number[place]
            assert identity.phone_number(row) == chunk.phone[place]


def test_they_are_found_by_number_telephone_and_name_with_last_four(city: Frozen) -> None:
    contracts.load_synthetic(N, 1, at=city.at)
    chunk = chunks(city.at)[0]
    number, name = chunk.id_number[0], chunk.names.text[0]
    row = Resident.objects.get(id_hash=identity.id_hash(number))
    assert str(row.pk) == chunk.ids[0]
    assert Resident.objects.filter(tail_hash=identity.tail_hash(name, number[-4:]), pk=row.pk).exists()
    assert Resident.objects.filter(phone_hash=identity.phone_hash(chunk.phone[0]), pk=row.pk).exists()


def test_their_names_read_as_the_registration_desk_reads_them(city: Frozen) -> None:
    loading.load_synthetic(N, 1, at=city.at)
    for one in Resident.objects.all():
        assert (one.name_pinyin, one.name_initials) == (names.pinyin(one.name), names.initials(one.name))


def test_the_same_seed_gives_the_same_rows(city: Frozen) -> None:
    contracts.load_synthetic(N, 1, at=city.at)
    first, signed = plain(), sorted(Contract.objects.values_list("resident_id", "team__code", "valid_from"))
    CareRelation.objects.all().delete()
    Contract.objects.all().delete()
    Resident.objects.all().delete()
    contracts.load_synthetic(N, 1, at=city.at)
    assert plain() == first
    assert sorted(Contract.objects.values_list("resident_id", "team__code", "valid_from")) == signed


def test_no_number_stands_in_the_clear(city: Frozen) -> None:
    contracts.load_synthetic(200, 1, at=city.at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(r::text, '') FROM residents_resident AS r")
        everything = cursor.fetchone()[0]
    for one in Resident.objects.all():
        for told in (identity.id_number(one), identity.phone_number(one)):
            assert not told or (told not in everything and told.encode().hex() not in everything)


def test_a_contract_is_with_a_team_that_serves_the_town_and_opens_the_relation(city: Frozen) -> None:
    contracts.load_synthetic(N, 1, at=city.at)
    day, signed = timezone.localdate(city.at), Contract.objects.select_related("resident", "team")
    assert signed.count() == pytest.approx(0.35 * N, rel=0.1)
    for contract in signed.order_by("resident_id")[:60]:
        assert ServiceArea.objects.filter(
            institution=contract.team.institution_id, region=contract.resident.town_id
        ).exists()
        relation = CareRelation.objects.get(cause_kind="contract", cause_id=str(contract.pk))
        assert (relation.resident_id, relation.institution_id) == (contract.resident_id, contract.team.institution_id)
        assert timezone.localdate(relation.from_at) == contract.valid_from
        assert relation.until_at and timezone.localdate(relation.until_at) == contract.valid_until
        assert contract_on(contract.resident_id, day) == contract
    assert CareRelation.objects.count() == signed.count()


def test_the_next_contract_signed_by_hand_gets_the_next_number(city: Frozen) -> None:
    contracts.load_synthetic(N, 1, at=city.at)
    last = Contract.objects.latest("pk")
    free = Resident.objects.filter(contracts=None).first()
    assert free
    new = Contract.objects.create(
        resident=free, team=last.team, valid_from=last.valid_from, valid_until=last.valid_until, signed_at=city.at
    )
    assert new.pk == last.pk + 1


def test_indexes_and_constraints_are_all_there_again(city: Frozen) -> None:
    before = table_shape()
    contracts.load_synthetic(200, 1, at=city.at)
    assert table_shape() == before


def test_a_table_that_is_not_empty_keeps_its_indexes_meanwhile(city: Frozen) -> None:
    Resident.objects.create(
        name="某人", name_pinyin="mou ren", name_initials="mr", sex=1, id_kind="unknown", card_number="x",
        created_at=city.at,
    )  # fmt: skip
    before = table_shape()
    seen: list[list[tuple]] = []
    loading.load_synthetic(200, 1, at=city.at, alongside=lambda chunk: seen.append(table_shape()))
    assert seen[0] == before
    assert Resident.objects.count() == 201


def test_an_empty_table_is_loaded_bare(city: Frozen) -> None:
    before = table_shape()
    seen: list[list[tuple]] = []
    loading.load_synthetic(200, 1, at=city.at, alongside=lambda chunk: seen.append(table_shape()))
    assert len(seen[0]) < len(before)


def test_a_load_that_breaks_off_leaves_nothing(city: Frozen) -> None:
    before = table_shape()

    def break_off(done: int, of: int) -> None:
        if done > 500:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        contracts.load_synthetic(N, 1, at=city.at, progress=break_off)
    assert not Resident.objects.exists()
    assert not Contract.objects.exists()
    assert table_shape() == before


def test_a_second_load_is_refused(city: Frozen) -> None:
    contracts.load_synthetic(100, 1, at=city.at)
    with pytest.raises(loading.AlreadySynthetic):
        contracts.load_synthetic(100, 2, at=city.at)
    assert Resident.objects.count() == 100


def test_without_towns_nothing_is_loaded(city: Frozen) -> None:
    Region.objects.update(population=None)
    with pytest.raises(Invalid):
        contracts.load_synthetic(100, 1, at=city.at)


def test_progress_is_told_up_to_the_end(city: Frozen) -> None:
    told: list[tuple[int, int]] = []
    contracts.load_synthetic(N, 1, at=city.at, progress=lambda done, of: told.append((done, of)))
    assert told == sorted(told)
    assert told[-1] == (N, N)


def test_a_newborn_without_number_knows_its_mother(city: Frozen) -> None:
    loading.load_synthetic(4000, 1, at=city.at)
    born = list(Resident.objects.filter(id_kind="birth", mother__isnull=False).select_related("mother"))
    assert born
    for child in born:
        mother = child.mother
        assert mother and mother.sex == 2 and mother.town_id == child.town_id
        assert child.birth_date and mother.birth_date
        assert child.birth_date - mother.birth_date > timedelta(days=15 * 365)


def test_the_duplicates_can_be_found(city: Frozen) -> None:
    loading.load_synthetic(2000, 1, at=city.at)
    doubles = list(Resident.objects.filter(id_kind="unknown"))
    assert len(doubles) == 2
    for double in doubles:
        others = [pair.other if pair.resident == double else pair.resident for pair in duplicates_of(double)]
        assert any((one.name, one.birth_date) == (double.name, double.birth_date) for one in others)
