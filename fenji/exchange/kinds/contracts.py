"""Family-doctor contracts: whose resident one is, from when until when."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fenji.apps.common.errors import Invalid
from fenji.apps.contracts import actions
from fenji.apps.contracts.models import Contract
from fenji.apps.registry.models import Team
from fenji.apps.residents import identity
from fenji.apps.residents.models import Resident
from fenji.exchange.cells import code, day
from fenji.exchange.kinds.kind import Effect, Kind, Looks, Run, looked_up, row_by_row
from fenji.exchange.table import Column
from fenji.kernel.roles import Office, Role

COLUMNS = (
    Column("resident", "居民编号", code, gettext_lazy("来源系统中的居民编号；与证件号码填一项即可"), "R000001"),
    Column("id_number", "证件号码", code, gettext_lazy("请设为文本格式")),
    Column("team", "团队代码", code, gettext_lazy("家庭医生团队"), "t-demo", required=True),
    Column("valid_from", "签约起", day, "", "2026-01-01", required=True),
    Column("valid_until", "签约止", day, gettext_lazy("解约后的第一天"), "2027-01-01", required=True),
)


def _put(values: dict[str, Any], run: Run) -> Effect:
    resident, team = resident_of(values, run), _team(values["team"], run)
    begins, ends = values["valid_from"], values["valid_until"]
    known = Contract.objects.filter(resident=resident, team=team, valid_from=begins).order_by("-valid_until").first()
    if known is None:
        actions.sign(resident.pk, team.pk, valid_from=begins, valid_until=ends, by=run.by, at=run.at)
        return Effect.NEW
    if known.valid_until == ends or _is_renewed(known, ends):
        return Effect.SAME
    if ends < known.valid_until:
        actions.end(known.pk, on=ends, reason=_("导入更新"), by=run.by, at=run.at)
    else:  # a longer contract is the old one and its renewal
        actions.sign(resident.pk, team.pk, valid_from=known.valid_until, valid_until=ends, by=run.by, at=run.at)
    return Effect.CHANGED


def _is_renewed(known: Contract, ends: date) -> bool:
    renewal = Contract.objects.filter(
        resident_id=known.resident_id, team_id=known.team_id, valid_from=known.valid_until
    )
    return renewal.filter(valid_until=ends).exists()


def resident_of(values: dict[str, Any], run: Run) -> Resident:
    """Whom a row names by the source's code or by the ID number. Raises Invalid."""
    if values["resident"]:
        name, found = "resident", Resident.objects.filter(source_system=run.system, source_code=values["resident"])
    elif values["id_number"]:
        name, found = "id_number", Resident.objects.filter(id_hash=identity.id_hash(values["id_number"]))
    else:
        raise Invalid(fields={"resident": _("请填写居民编号或证件号码。")})
    resident = found.order_by("merged_into_id").last() if name == "id_number" else found.first()
    if resident is None:
        raise Invalid(fields={name: _("没有这位居民的登记，请先导入居民。")})
    return resident.merged_into or resident


def _team(code: str, run: Run) -> Team:
    team = Team.objects.filter(code=code, valid_until=None).first()
    if team is None or (run.institution is not None and team.institution_id != run.institution.pk):
        raise Invalid(fields={"team": _("没有这个团队，或不是本机构的团队。")})
    return team


LOOKS: Looks = {("resident", "id_number"): resident_of, ("team",): lambda values, run: _team(values["team"], run)}
KIND = Kind(
    "contracts", gettext_lazy("家庭医生签约"), COLUMNS, row_by_row(COLUMNS, _put, LOOKS), Office.SYSTEM,
    frozenset({Role.PRIMARY_HEAD, Role.FAMILY_DOCTOR}), by_machine=True, besides=looked_up(COLUMNS, LOOKS),
)  # fmt: skip
