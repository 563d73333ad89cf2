"""An institution the doctor chose and may not choose any more: named, and no other one chosen in its place."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from fenji.apps.registry.models import Institution
from fenji.web.presenters.names import full_name
from fenji.web.referrals.where import Where

WRITES = frozenset({"send", "draft"})


@dataclass(frozen=True)
class Gone:
    """`code` is kept on a draft; empty where no referral may name it."""

    words: str
    code: str = ""


def is_own_choice(data: Mapping[str, str]) -> bool:
    """Whether the doctor chose the institution, instead of leaving the one put forward."""
    return data.get("institution", "") not in {"", data.get("proposed", "")}


def gone_from(where: Where, data: Mapping[str, str], own: Institution) -> Gone | None:
    """What to say of a choice that is not offered any more; None where there is nothing to say.

    One that was only put forward gives way to the next without a word, but not while it is being sent or kept.
    """
    if not where.is_gone or not (is_own_choice(data) or data.get("step") in WRITES):
        return None
    house = None if "\x00" in where.wanted else Institution.objects.filter(code=where.wanted).first()
    words, code = _why(house), ""
    if house is not None and house.valid_until is None and house != own:
        code = house.code
    return Gone(words + _("没有替您改选，请重新选择一家；其他内容都已保留。"), code)


def _why(house: Institution | None) -> str:
    if house is None:
        return _("选择的机构不存在。")
    if house.valid_until is not None:
        return _("“%(house)s”已停用。") % {"house": full_name(house)}
    return _("“%(house)s”按现在填写的诊断、缓急和病情已不能选。") % {"house": full_name(house)}
