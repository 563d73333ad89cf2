"""Accounts that open a resident's pages: given at the counter to who is there with papers, closed there or by oneself.

Whoever is at the counter compares the document with the face and types its last four characters; the account's name
is the health card's number. A relative's account may be let in too, by the resident or the guardian who stands there.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from fenji.apps.accounts import activation
from fenji.apps.accounts.models import User
from fenji.apps.common import audit, clock
from fenji.apps.common.errors import Forbidden, Invalid, NotFound
from fenji.apps.common.models import AuditEvent
from fenji.apps.notices.actions import Addressee, Brief, Channel, notify
from fenji.apps.notices.adapters import adapter_for
from fenji.apps.registry.models import Institution, Membership
from fenji.apps.residents import identity, policies, queries, relations
from fenji.apps.residents.errors import Deceased, NoAccountYet
from fenji.apps.residents.models import CareRelation, Resident, ResidentAccount
from fenji.apps.residents.policies import SELF, Purpose

RELATIONS = ("child", "parent", "spouse", "other")  # what the resident is to the relative who acts


def accounts_of(resident_id: UUID, at: datetime) -> list[ResidentAccount]:
    """The accounts that open the person's pages, the own first."""
    found = _open_at(at).filter(resident_id__in=queries.family_of_ids(resident_id)).select_related("user", "resident")
    return sorted(found, key=lambda one: (one.relation != SELF, one.from_at))


@transaction.atomic
def open_account(resident_id: UUID, *, tail: str, by: User, institution_id: int) -> tuple[User, str]:
    """Open the resident's own account, or give the open one a new code; returns it with the code, shown this once.

    `tail` is what stands last on the document shown. Raises NotFound, Forbidden, Invalid, Deceased.
    """
    at = clock.now()
    resident, relation = _at_counter(resident_id, by, institution_id, at)
    _check_tail(resident, tail)
    is_again = any(one.relation == SELF for one in accounts_of(resident.pk, at))
    user, code = activation.open_with_code(resident.card_number, resident.name, at=at)
    _link(user, resident, SELF, at)
    event = _record("resident.open_account", resident, relation, user, by=by, at=at)
    _tell_opened(resident, institution_id, event, is_again=is_again, at=at)
    return user, code


@transaction.atomic
def let_act(
    resident_id: UUID, *, holder_card: str, relation: str, tail: str, by: User, institution_id: int
) -> ResidentAccount:
    """Let a relative's account open the resident's pages. Raises as `open_account`, and NoAccountYet."""
    at = clock.now()
    resident, footing = _at_counter(resident_id, by, institution_id, at)
    if relation not in RELATIONS:
        raise Invalid(fields={"relation": _("请选择居民是对方的什么人。")})
    _check_tail(resident, tail)
    own = _open_at(at).filter(relation=SELF, resident__card_number=holder_card.strip(), user__is_active=True)
    holder = own.select_related("user").first()
    if holder is None:
        raise NoAccountYet
    if holder.resident_id in queries.family_of_ids(resident.pk):
        raise Invalid(fields={"holder_card": _("这是居民本人的健康卡，请填家属的。")})
    made = _link(holder.user, resident, relation, at)
    _record("resident.let_act", resident, footing, holder.user, by=by, at=at)
    return made


@transaction.atomic
def end_account(account_id: int, *, by: User) -> None:
    """End that an account opens a resident's pages: by the resident, by the relative who acts, or at the counter.

    The own account is closed with it, and with it all that it opened. Raises the same NotFound for what is not one's.
    """
    at = clock.now()
    found = _open_at(at).select_for_update(of=("self",)).select_related("user", "resident").filter(pk=account_id)
    account = found.first()
    if account is None:
        raise NotFound
    relation = relations.relation_for(by, account.resident_id, at)
    if relation is None or not _may_end(account, relation, by, at):
        raise NotFound
    ended = _open_at(at).filter(user=account.user) if account.relation == SELF else found
    ended.update(until_at=at)
    if account.relation == SELF:
        if account.user.is_demonstration:
            raise Forbidden(_("演示账号由大家共用，不能注销。"))
        activation.close(account.user)
    _record("resident.end_account", account.resident, relation, account.user, by=by, at=at)


def _at_counter(resident_id: UUID, by: User, institution_id: int, at: datetime) -> tuple[Resident, CareRelation]:
    """The resident, whom `by` may see from a post of the institution that opens accounts."""
    relation = relations.relation_for(by, resident_id, at)
    if relation is None:
        raise NotFound
    policies.check_can_change(relation.kind)
    policies.check_can_open_account(_posts_at(by, institution_id, at))
    resident = relations.access_resident(by, resident_id, at=at, purpose=Purpose.IDENTITY)
    if resident.is_deceased:
        raise Deceased
    return resident, relation


def _posts_at(by: User, institution_id: int, at: datetime) -> list[Membership]:
    return [post for post in queries.reading_posts(by, at) if post.institution_id == institution_id]


def _check_tail(resident: Resident, tail: str) -> None:
    number = identity.id_number(resident) or resident.card_number
    if tail.strip().upper() != number[-4:].upper():
        raise Invalid(fields={"tail": _("与登记的证件不符，请对照证件再输入；仍不符，请先更正登记。")})


def _link(user: User, resident: Resident, relation: str, at: datetime) -> ResidentAccount:
    """One row a pair: what was ended begins again."""
    made, _created = ResidentAccount.objects.update_or_create(
        user=user,
        resident=resident,
        defaults={"relation": relation, "until_at": None},
        create_defaults={"relation": relation, "from_at": at},
    )
    return made


def _tell_opened(resident: Resident, institution_id: int, event: AuditEvent, *, is_again: bool, at: datetime) -> None:
    """On the own page, and by SMS where there is a mobile: who did not stand at the counter hears of it. No secrets."""
    house = Institution.objects.get(pk=institution_id)
    did = "重新发放分级诊疗账号的登录码" if is_again else "开通分级诊疗账号"
    text = f"{house.short_name}已为您{did}。如非您本人或家人在窗口办理，请尽快联系该机构关闭账号。"
    phone = identity.phone_number(resident)
    to = [Addressee(resident_id=resident.pk, institution_id=institution_id, channel=Channel.DESK)]
    mobile = Addressee(resident_id=resident.pk, institution_id=institution_id, channel=Channel.SMS, phone=phone)
    if mobile.has_mobile and adapter_for(Channel.SMS) is not None:
        to.append(mobile)
    notify(
        "account.opened", cause=("account", str(event.pk)), to=to, text=text, at=at, once_key=f"account:{event.pk}",
        brief=Brief(institution=house.short_name),
    )  # fmt: skip


def _may_end(account: ResidentAccount, relation: CareRelation, by: User, at: datetime) -> bool:
    if relation.kind in policies.OWN_FOOTING:
        return relation.kind == SELF or account.user_id == by.pk
    return relation.kind != "emergency" and policies.can_open_account(queries.reading_posts(by, at))


def _open_at(at: datetime) -> QuerySet[ResidentAccount]:
    return ResidentAccount.objects.filter(Q(until_at=None) | Q(until_at__gt=at), from_at__lte=at)


def _record(verb: str, resident: Resident, relation: CareRelation, user: User, *, by: User, at: datetime) -> AuditEvent:
    return audit.record(
        verb, resident, by=by, at=at, resident_id=resident.pk, institution_id=relation.institution_id,
        relation=relation.kind, details={"account": user.pk},
    )  # fmt: skip
