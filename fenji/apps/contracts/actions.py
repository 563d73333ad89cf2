"""Signing, ending and moving a family-doctor contract; each opens or closes the care relation that rests on it.

At any day a resident has at most one contract: the exclusion constraint `one_contract_a_day` is the guard, and the
lock on the resident only spares two desks that sign at once a deadlock on it.
"""

from datetime import date, datetime, time
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import audit, free_text
from fenji.apps.common.errors import Invalid
from fenji.apps.common.locks import patience
from fenji.apps.contracts import policies, queries
from fenji.apps.contracts.errors import AlreadySigned, ContractEnded, NotSigned
from fenji.apps.contracts.models import Contract
from fenji.apps.registry.models import Team
from fenji.apps.residents import queries as residents
from fenji.apps.residents.errors import Deceased
from fenji.apps.residents.models import CareRelationKind
from fenji.apps.residents.relations import close_relations, open_relation

CAUSE = "contract"
EXCLUDED = "23P01"  # exclusion_violation


def sign(
    resident_id: UUID, team_id: int, *, valid_from: date, valid_until: date, by: User | None, at: datetime
) -> Contract:
    """Sign a resident with a team for a half-open span of days; the institution may see the resident from then on.

    Raises AlreadySigned when any day of the span is taken, Invalid for an empty span, NotYourTeam, Deceased.
    """
    team = Team.objects.select_related("institution").get(pk=team_id)
    policies.check_can_sign_for(team, by, on=timezone.localdate(at))
    if valid_until <= valid_from:
        raise Invalid(fields={"valid_until": _("结束日期必须晚于开始日期。")})
    resident = residents.resolve(resident_id)
    if resident.is_deceased:
        raise Deceased
    with patience():
        _wait_for_turn(resident.pk)
        contract = _insert(
            Contract(
                resident=resident, team=team, valid_from=valid_from, valid_until=valid_until, signed_by=by, signed_at=at
            )
        )
        _open(contract, at)
        _record("contract.sign", contract, by=by, at=at)
    return contract


def end(contract_id: int, *, on: date, reason: str, by: User | None, at: datetime) -> Contract:
    """End a contract early: `on` is the first day without. A contract that never began is left without a day.

    Raises NotSigned for an unknown contract, ContractEnded when it ends no later anyway, Invalid without a reason.
    """
    with patience():
        found = Contract.objects.select_for_update(of=("self",)).select_related("team")
        contract = found.filter(pk=contract_id).first()
        if contract is None:
            raise NotSigned
        policies.check_can_sign_for(contract.team, by, on=timezone.localdate(at))
        if on >= contract.valid_until:
            raise ContractEnded
        _end(contract, on, _checked_reason(reason), by, at)
    return contract


def move(
    resident_id: UUID, team_id: int, *, on: date, valid_until: date, reason: str, by: User | None, at: datetime
) -> Contract:
    """Move a resident to another team from day `on`: the old contract ends and the new one begins, or neither.

    The receiving team's people do it, since the resident stands before them. Raises as `sign`, and NotSigned.
    """
    resident = residents.resolve(resident_id)
    with patience():
        _wait_for_turn(resident.pk)
        current = queries.contract_on(resident.pk, on)
        if current is None:
            raise NotSigned
        if current.team_id == team_id:
            raise Invalid(fields={"team": _("居民已经在这个团队。")})
        _end(current, on, _checked_reason(reason), by, at)
        return sign(resident.pk, team_id, valid_from=on, valid_until=valid_until, by=by, at=at)


def _insert(contract: Contract) -> Contract:
    try:
        with transaction.atomic():
            contract.save(force_insert=True)
    except IntegrityError as error:
        if getattr(error.__cause__, "sqlstate", "") == EXCLUDED:
            raise AlreadySigned from error
        raise
    return contract


def _end(contract: Contract, on: date, reason: str, by: User | None, at: datetime) -> None:
    contract.valid_until = max(on, contract.valid_from)
    contract.ended_reason = reason
    contract.save(update_fields=["valid_until", "ended_reason"])
    close_relations(cause_kind=CAUSE, cause_id=contract.pk, at=max(at, _midnight(contract.valid_until)))
    _record("contract.end", contract, by=by, at=at, reason=reason)


def _open(contract: Contract, at: datetime) -> None:
    open_relation(
        contract.resident_id,
        institution_id=contract.team.institution_id,
        kind=CareRelationKind.CONTRACT,
        cause_kind=CAUSE,
        cause_id=contract.pk,
        at=max(at, _midnight(contract.valid_from)),
        until=_midnight(contract.valid_until),
    )


def _record(verb: str, contract: Contract, *, by: User | None, at: datetime, reason: str = "") -> None:
    audit.record(
        verb,
        contract,
        by=by,
        at=at,
        resident_id=contract.resident_id,
        institution_id=contract.team.institution_id,
        relation=CAUSE,
        reason=reason,
        details={
            "team": contract.team.code,
            "from": contract.valid_from.isoformat(),
            "until": contract.valid_until.isoformat(),
        },
    )


def _checked_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Invalid(fields={"reason": _("请写明原因。")})
    if fault := free_text.fault_in(reason):
        raise Invalid(fields={"reason": fault})
    return reason[: Contract._meta.get_field("ended_reason").max_length]


def _wait_for_turn(resident_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"contract:{resident_id}"])


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
