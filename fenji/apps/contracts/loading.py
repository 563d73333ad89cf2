"""Synthetic residents together with their contracts and the care relations that rest on them."""

from datetime import date, datetime, time

from django.utils import timezone

from fenji.apps.common import bulk
from fenji.apps.contracts.models import Contract
from fenji.apps.registry.models import Team
from fenji.apps.registry.snapshot import network
from fenji.apps.residents import loading
from fenji.apps.residents.loading import Progress, SignedResident
from fenji.apps.residents.models import CareRelation
from fenji.simulator.chunks import Chunk

COLUMNS = ("id", "resident_id", "team_id", "valid_from", "valid_until", "ended_reason", "signed_by_id", "signed_at")
SIGNING_HOUR = time(10)
Teams = list[tuple[int, int]]  # id and institution


def load_synthetic(n: int, seed: int, *, at: datetime, progress: Progress | None = None) -> int:
    """Load `n` synthetic residents and sign about a third of them with teams that serve their town; returns `n`.

    The same number, seed, day and network give the same rows. All or none; raises as `residents.loading`.
    """
    teams = _teams_by_town(timezone.localdate(at))
    with bulk.bare([CareRelation, Contract]):
        return loading.load_synthetic(
            n, seed, at=at, progress=progress, alongside=lambda chunk: _sign(chunk, teams.get(chunk.town.code, []))
        )


def _sign(chunk: Chunk, teams: Teams) -> None:
    rows = chunk.signs.nonzero()[0].tolist() if teams else []
    if not rows:
        return
    first = bulk.take_numbers(Contract, len(rows))
    begun, ends = chunk.signed_from.astype(object).tolist(), chunk.signed_until.astype(object).tolist()
    choice = (chunk.team * len(teams)).astype(int).tolist()
    bulk.copy(
        Contract,
        COLUMNS,
        (
            _contract(number, chunk.ids[row], teams[choice[row]][0], begun[row], ends[row])
            for number, row in enumerate(rows, first)
        ),
    )
    loading.copy_contract_relations(
        SignedResident(chunk.ids[row], teams[choice[row]][1], number, begun[row], ends[row], chunk.names.pinyin[row])
        for number, row in enumerate(rows, first)
    )


def _contract(number: int, resident_id: str, team_id: int, valid_from: date, valid_until: date) -> str:
    signed_at = loading.written(valid_from, SIGNING_HOUR)
    return f"{number}\t{resident_id}\t{team_id}\t{valid_from}\t{valid_until}\t\t{loading.NULL}\t{signed_at}"


def _teams_by_town(day: date) -> dict[str, Teams]:
    """Teams of the institutions that serve each town on a day, by code."""
    snapshot = network()
    teams: dict[int, Teams] = {}
    for id_, institution_id in (
        Team.objects.filter(valid_until=None).order_by("code").values_list("id", "institution_id")
    ):
        teams.setdefault(institution_id, []).append((id_, institution_id))
    return {
        town: [team for one in serving if snapshot.nodes[one].is_open_on(day) for team in teams.get(one, [])]
        for town, serving in snapshot.served_towns.items()
    }
