"""Tables out: institutions, staff, an institution's residents, referral figures. Each export leaves an audit event."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.accounts.policies import OFFICE_OF
from fenji.apps.common import audit
from fenji.apps.common.errors import Forbidden
from fenji.apps.contracts.queries import contracts_on
from fenji.apps.indicators.definitions import FROM_FACTS, Unit
from fenji.apps.indicators.institutions import figures_by_institution
from fenji.apps.indicators.scope import Scope, institutions_of
from fenji.apps.registry.models import Institution, Membership
from fenji.apps.registry.posts import held_on
from fenji.apps.registry.snapshot import network
from fenji.apps.residents import identity
from fenji.apps.residents.models import Resident
from fenji.apps.residents.policies import check_reason
from fenji.exchange.kinds import institutions as institution_kind
from fenji.exchange.kinds import residents as resident_kind
from fenji.exchange.kinds import staff as staff_kind
from fenji.exchange.kinds.residents import PAPERS, SCHEMES, SEXES
from fenji.exchange.sheet_writing import workbook
from fenji.kernel.roles import Office, Role

FIGURES_OF = timedelta(days=30)
KEEPERS = frozenset({Role.PRIMARY_HEAD, Role.REFERRAL_OFFICE, Role.PROGRAM})
UNMASKING = frozenset({Role.PRIMARY_HEAD})


@dataclass(frozen=True)
class Asker:
    """Who asks for an export: an administrator, or someone from the posts held."""

    user: User
    posts: Sequence[Membership]
    at: datetime

    def own(self, roles: frozenset[Role]) -> Institution:
        """The asker's institution, by a post in one of the roles. Raises Forbidden."""
        for post in self.posts:
            if post.role in roles and not self.user.office:
                return post.institution
        raise Forbidden(_("您的岗位不能导出这张表。"))


def export(what: str, asker: Asker, *, reason: str = "", unmasked: bool = False) -> bytes:
    """An xlsx workbook; `what` is a key of `EXPORTS`. Only the residents' export knows `unmasked` and its reason."""
    if what not in EXPORTS:
        raise Forbidden(_("没有这种导出。"))
    if what == "residents":
        return _residents(asker, reason=reason, unmasked=unmasked)
    return EXPORTS[what](asker)


def exports_for(user: User, posts: Sequence[Membership]) -> list[str]:
    """What a person may export."""
    roles = set() if user.office else {post.role for post in posts}
    allowed = {
        "institutions": user.office == Office.SYSTEM or bool(roles),
        "staff": user.office == Office.SECURITY or bool(roles & KEEPERS),
        "residents": bool(roles & KEEPERS),
        "figures": bool(roles & (KEEPERS | {Role.COMMISSION})),
    }
    return [name for name, may in allowed.items() if may]


def _institutions(asker: Asker) -> bytes:
    if not asker.posts and asker.user.office != Office.SYSTEM:
        raise Forbidden(_("您的岗位不能导出这张表。"))
    rows = [
        (
            one.code, one.name, one.short_name, _word(institution_kind.KINDS, one.kind),
            _word(institution_kind.TIERS, one.tier), _word(institution_kind.LEVELS, one.level),
            _word(institution_kind.GRADES, one.grade),
            one.region_id, one.town_id, one.uscc, one.address, one.phone, one.longitude, one.latitude, one.valid_until,
        )
        for one in Institution.objects.order_by("-tier", "name_pinyin")
    ]  # fmt: skip
    _note(asker, "institutions", len(rows))
    return workbook(_("机构"), [column.title for column in institution_kind.COLUMNS], rows)


def _staff(asker: Asker) -> bytes:
    posts = Membership.objects.filter(held_on(timezone.localdate(asker.at)), user__is_program=False)
    if asker.user.office != OFFICE_OF["see_people"]:
        posts = posts.filter(institution=asker.own(KEEPERS))
    rows = [
        (
            post.user.source_code, post.user.name, post.user.username, post.user.title, post.user.licence,
            post.user.phone, post.institution.code, post.department.code if post.department else "",
            _word(staff_kind.ROLES, post.role), post.valid_from, post.valid_until,
        )
        for post in posts.select_related("user", "institution", "department").order_by(
            "institution__name_pinyin", "user__name_pinyin", "id"
        )
    ]  # fmt: skip
    _note(asker, "staff", len(rows))
    return workbook(_("人员与岗位"), [column.title for column in staff_kind.COLUMNS], rows)


def _residents(asker: Asker, *, reason: str = "", unmasked: bool = False) -> bytes:
    """The residents signed with the institution today; numbers in the clear only for its head, who says why."""
    institution = asker.own(UNMASKING if unmasked else KEEPERS)
    reason = check_reason(reason) if unmasked else reason
    signed = contracts_on(timezone.localdate(asker.at)).filter(team__institution=institution)
    found = Resident.objects.filter(pk__in=signed.values("resident_id"), merged_into=None).select_related("town")
    rows = [_resident_row(one, unmasked=unmasked) for one in found.order_by("name_pinyin", "id").iterator(2000)]
    _note(asker, "residents", len(rows), institution=institution, reason=reason, unmasked=unmasked)
    header = [column.title for column in resident_kind.COLUMNS]
    return workbook(_("居民"), header, rows)


def _resident_row(one: Resident, *, unmasked: bool) -> tuple[object, ...]:
    number, phone = identity.id_number(one), identity.phone_number(one)
    return (
        one.source_code, one.name, _word(PAPERS, one.id_kind), number if unmasked else identity.mask_id(number),
        _word(SEXES, one.sex), one.birth_date, phone if unmasked else identity.mask_phone(phone),
        one.town.name if one.town else "", one.address if unmasked else "", _word(SCHEMES, one.scheme),
    )  # fmt: skip


def _figures(asker: Asker) -> bytes:
    """Figures of the last thirty days, an institution a row: the commission's region, or one's own institution."""
    scope = Scope(asker.at - FIGURES_OF, asker.at, asker.at, _institutions_seen(asker))
    units = {Unit.COUNT: "", Unit.SHARE: "（‰）", Unit.HOURS: _("（小时，中位数）")}
    rows = [
        (row.institution.code, row.institution.name, *(row.figures[one.code].value for one in FROM_FACTS), row.overdue)
        for row in figures_by_institution(scope)
    ]
    header = [_("机构代码"), _("机构名称"), *(f"{one.name}{units[one.unit]}" for one in FROM_FACTS), _("当前超时")]
    _note(asker, "figures", len(rows))
    return workbook(_("转诊统计"), header, rows, notes=_notes(scope))


def _notes(scope: Scope) -> list[str]:
    """The period, and what each column means."""
    span = {
        "since": timezone.localtime(scope.start).strftime("%Y-%m-%d %H:%M"),
        "until": timezone.localtime(scope.until).strftime("%Y-%m-%d %H:%M"),
    }
    period = _("%(since)s 至 %(until)s 之间首次发出的转诊单。") % span
    return [period, *(f"{one.name}：{one.meaning}（{one.source}）" for one in FROM_FACTS)]


def _institutions_seen(asker: Asker) -> frozenset[int] | None:
    """The commission's region, None for the city; else the asker's own institution."""
    commission = next((post.institution for post in asker.posts if post.role == Role.COMMISSION), None)
    if commission is None or asker.user.office:
        return frozenset({asker.own(KEEPERS).pk})
    return institutions_of(commission.region_id, network())


def _note(
    asker: Asker,
    what: str,
    rows: int,
    *,
    institution: Institution | None = None,
    reason: str = "",
    unmasked: bool = False,
) -> None:
    audit.record(
        f"export.{what}", institution, by=asker.user, at=asker.at, reason=reason,
        institution_id=institution.pk if institution else None, details={"rows": rows, "unmasked": unmasked},
    )  # fmt: skip


def _word(words: Mapping[str, Any], value: object) -> str:
    """The word that an import reads as this value."""
    return next((word for word, meant in words.items() if meant == value), "")


EXPORTS: dict[str, Callable[[Asker], bytes]] = {
    "institutions": _institutions, "staff": _staff, "residents": _residents, "figures": _figures,
}  # fmt: skip
