"""Two rows are one person: linked, read as one, and taken apart again as they were."""

import pytest

from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Forbidden, Invalid, NotFound
from fenji.apps.common.models import AuditEvent
from fenji.apps.residents import actions, queries, relations
from fenji.apps.residents.errors import AlreadyMerged, AlreadyRegistered, MergeUndone
from fenji.apps.residents.models import CareRelation, Merge, Resident
from fenji.apps.residents.policies import Purpose
from tests.apps.residents.conftest import id_number, registered, told
from tests.factories.world import World

WHY = "家属持户口本确认为同一人"


@pytest.fixture
def known(world: World) -> Resident:
    return registered(world)


def unknown(world: World) -> Resident:
    return registered(world, id_kind="unknown", name="", id_number="", phone="")


def merged(world: World, kept: Resident, other: Resident) -> Merge:
    return actions.merge(kept_id=kept.pk, merged_id=other.pk, reason=WHY, by=world.head)


def test_a_merge_is_a_link_and_every_reader_finds_the_kept_row(world: World, known: Resident, clock: Frozen) -> None:
    other = unknown(world)
    before = list(CareRelation.objects.order_by("id").values_list("id", "resident_id"))
    merged(world, known, other)
    assert list(CareRelation.objects.order_by("id").values_list("id", "resident_id")) == before
    assert queries.resolve(other.pk) == known
    assert queries.family_of_ids(other.pk) == queries.family_of_ids(known.pk) == [known.pk, other.pk]
    assert relations.access_resident(world.nurse, other.pk, at=clock.at, purpose=Purpose.CARE) == known


def test_a_relation_to_either_row_is_a_relation_to_the_person(world: World, known: Resident, clock: Frozen) -> None:
    other = unknown(world)
    relations.open_visit(other, institution_id=world.county.pk, at=clock.at)
    assert relations.relation_for(world.office, known.pk, clock.at) is None
    made = merged(world, known, other)
    assert relations.relation_for(world.office, known.pk, clock.at) is not None
    actions.unmerge(made.pk, reason="两人同名，合并有误", by=world.head)
    assert relations.relation_for(world.office, known.pk, clock.at) is None
    assert relations.relation_for(world.office, other.pk, clock.at) is not None


def test_an_unmerge_gives_back_what_was_before(world: World, known: Resident) -> None:
    first, second = unknown(world), unknown(world)
    under = merged(world, first, second)
    over = merged(world, known, first)
    assert queries.family_of_ids(second.pk)[0] == known.pk  # always one step
    actions.unmerge(over.pk, reason="两人同名，合并有误", by=world.head)
    assert queries.family_of_ids(known.pk) == [known.pk]
    assert queries.family_of_ids(first.pk) == [first.pk, second.pk]
    actions.unmerge(under.pk, reason="两人同名，合并有误", by=world.head)
    assert queries.family_of_ids(second.pk) == [second.pk]


def test_an_inner_merge_can_be_taken_back_alone(world: World, known: Resident) -> None:
    first, second = unknown(world), unknown(world)
    under = merged(world, first, second)
    merged(world, known, first)
    actions.unmerge(under.pk, reason="两人同名，合并有误", by=world.head)
    assert queries.family_of_ids(known.pk) == [known.pk, first.pk]
    assert queries.resolve(second.pk) == second


def test_a_merge_is_undone_once(world: World, known: Resident) -> None:
    made = merged(world, known, unknown(world))
    actions.unmerge(made.pk, reason="两人同名，合并有误", by=world.head)
    with pytest.raises(MergeUndone):
        actions.unmerge(made.pk, reason="两人同名，合并有误", by=world.head)


def test_who_is_merged_away_is_not_merged_again(world: World, known: Resident) -> None:
    other = unknown(world)
    merged(world, known, other)
    for kept, away in ((other, known), (known, other)):
        with pytest.raises(AlreadyMerged):
            merged(world, kept, away)


def test_the_row_with_the_number_is_kept(world: World, known: Resident) -> None:
    with pytest.raises(Invalid, match="有证件号码"):
        merged(world, unknown(world), known)


def test_two_different_numbers_are_two_people(world: World, known: Resident) -> None:
    with pytest.raises(Invalid, match="身份证号不同"):
        merged(world, known, registered(world, id_number=id_number(serial=115)))
    with pytest.raises(Invalid, match="不同的登记"):
        merged(world, known, known)


def test_the_number_of_a_merged_row_leads_to_the_kept_one(world: World, known: Resident) -> None:
    visitor = registered(world, id_kind="passport", id_number="E12345678", sex=1, birth_date=known.birth_date)
    merged(world, known, visitor)
    with pytest.raises(AlreadyRegistered) as caught:
        registered(world, id_kind="passport", id_number="E12345678", sex=1, birth_date=known.birth_date)
    assert caught.value.resident_id == known.pk


def test_merging_needs_the_post_a_reason_and_a_relation_to_both(world: World, known: Resident) -> None:
    other = registered(world, by="office", id_kind="unknown", name="", id_number="", phone="")
    with pytest.raises(Forbidden):
        actions.merge(kept_id=known.pk, merged_id=other.pk, reason=WHY, by=world.nurse)
    for who in (world.head, world.office):
        with pytest.raises(NotFound):
            actions.merge(kept_id=known.pk, merged_id=other.pk, reason=WHY, by=who)
    with pytest.raises(Invalid):
        actions.merge(kept_id=known.pk, merged_id=unknown(world).pk, reason="对", by=world.head)
    assert not Merge.objects.exists()


def test_a_merge_and_its_undoing_stand_in_the_trail_of_both(world: World, known: Resident) -> None:
    other = unknown(world)
    made = merged(world, known, other)
    actions.unmerge(made.pk, reason="两人同名，合并有误", by=world.head)
    trail = (
        AuditEvent.objects.filter(verb__contains="merge").order_by("id").values_list("verb", "resident_id", "reason")
    )
    assert list(trail) == [
        (verb, row.pk, reason)
        for verb, reason in (("resident.merge", WHY), ("resident.unmerge", "两人同名，合并有误"))
        for row in (known, other)
    ]


def test_an_unmerge_that_would_double_a_number_is_refused(world: World, known: Resident) -> None:
    visitor = registered(world, id_kind="passport", id_number="E12345678", sex=1, birth_date=known.birth_date)
    made = merged(world, known, visitor)
    as_visitor = told(id_kind="passport", id_number="E12345678", sex=1, birth_date=known.birth_date)
    actions.correct(known.pk, as_visitor, reason="改用护照登记", by=world.head)
    with pytest.raises(AlreadyRegistered):
        actions.unmerge(made.pk, reason="两人同名，合并有误", by=world.head)
    assert queries.resolve(visitor.pk) == known
