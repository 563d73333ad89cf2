"""The fields of the two-way referral slip (双向转诊单, 国家基本公共卫生服务规范) and their limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fenji.apps.common.errors import Invalid
from fenji.apps.common.free_text import fault_of


@dataclass(frozen=True)
class SlipField:
    """One box of the slip; `limit` in characters."""

    name: str
    label: str | Promise
    limit: int
    required: bool = False


FIELDS: tuple[SlipField, ...] = (
    SlipField("complaint", gettext_lazy("主诉"), 200),
    SlipField("history", gettext_lazy("主要现病史（转出原因）"), 1000, required=True),
    SlipField("past_history", gettext_lazy("主要既往史"), 500),
    SlipField("treatment", gettext_lazy("治疗经过"), 1000),
    SlipField("results", gettext_lazy("主要检查检验结果"), 1000),
    SlipField("medicines", gettext_lazy("目前用药"), 500),
    SlipField("allergies", gettext_lazy("过敏史"), 200),
    SlipField("caution", gettext_lazy("转运及注意事项"), 300),
    SlipField("contact_phone", gettext_lazy("转诊医生联系电话"), 30),
)
BY_NAME = {field.name: field for field in FIELDS}


def clean_slip(given: Mapping[str, Any], *, complete: bool = True) -> dict[str, str]:
    """The slip's texts, trimmed; raises Invalid naming each box that is missing, too long or holds a number.

    What is not yet `complete` (a draft) may lack boxes.
    """
    slip = {name: str(given.get(name) or "").strip() for name in BY_NAME}
    asked = FIELDS if complete else [field for field in FIELDS if slip[field.name]]
    faults = {field.name: fault for field in asked if (fault := _fault(field, slip[field.name]))}
    unknown = set(given) - set(BY_NAME)
    faults |= {name: _("转诊单没有这一栏。") for name in unknown}
    if faults:
        raise Invalid(fields=faults)
    return {name: text for name, text in slip.items() if text}


def _fault(field: SlipField, text: str) -> str:
    if field.name == "contact_phone" and len(text) <= field.limit:
        return ""  # the one box for a number
    return fault_of(text, field.limit, required=field.required)
