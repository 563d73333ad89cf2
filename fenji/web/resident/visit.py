"""Going there: what to bring, and whom to telephone."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from fenji.apps.referrals.models import Referral
from fenji.apps.residents.models import IdKind, Resident
from fenji.web.presenters.names import full_name, short_name
from fenji.web.presenters.telephones import office_phone

HAS_OWN_ID_CARD = 16  # years; children are mostly known by the household book


def to_bring(referral: Referral, at: datetime) -> list[str]:
    """What to bring, the proof of identity first."""
    return [
        proof_words(referral.resident, timezone.localdate(at)),
        _("医保卡或手机上的医保码"),
        _("转诊号 %(number)s（报号码或出示转诊单）") % {"number": referral.number},
        _("正在吃的药，或药盒"),
        _("以前的检查单和病历"),
    ]


def proof_words(resident: Resident, today: date) -> str:
    """By which paper the hospital knows the person."""
    born = resident.birth_date
    is_child = born is not None and today.year - born.year - ((today.month, today.day) < (born.month, born.day)) < (
        HAS_OWN_ID_CARD
    )
    if resident.id_kind == IdKind.MAINLAND:
        return _("身份证或户口簿") if is_child else _("身份证")
    if resident.id_kind in {IdKind.BIRTH, IdKind.MOTHER}:
        return _("出生医学证明或户口簿，和陪同家长的身份证")
    if resident.id_kind in {IdKind.PASSPORT, IdKind.HMT}:
        return str(resident.get_id_kind_display())
    return _("健康卡，和任何能证明身份的证件")


def to_call(referral: Referral) -> list[tuple[str, str]]:
    """Whom to telephone, with numbers; without those whose number nobody entered. The own doctors come first."""
    team = referral.sender_team
    known = [
        (_("我的医生（%(house)s）") % {"house": short_name(referral.sender)}, team.phone if team else ""),
        (full_name(referral.sender), referral.sender.phone),
        (
            _("%(house)s转诊办") % {"house": full_name(referral.receiver)},
            office_phone(referral.receiver),
        ),
    ]
    found: dict[str, str] = {}
    for who, number in known:
        if number:
            found.setdefault(number, who)
    return [(who, number) for number, who in found.items()]
