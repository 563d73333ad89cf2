"""What an audit event adds to its verb, in words: a label for each known name, its value as people read it.

Names and values without words stay as they are, so that nothing is left out; empty values say nothing and are.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from fenji.apps.residents.models import IdKind
from fenji.apps.residents.policies import Purpose
from fenji.exchange.kinds import KINDS
from fenji.kernel.day_surgery import STATES as SURGERY
from fenji.kernel.referral import STATES, Urgency
from fenji.kernel.roles import Office, Role
from fenji.web.administration.field_words import FIELDS
from fenji.web.presenters.dates import date_words, local
from fenji.web.presenters.numbers import money_words
from fenji.web.presenters.people import sex_words, source_words
from fenji.web.presenters.posts import OFFICES, ROLES
from fenji.web.presenters.states import URGENCIES
from fenji.web.residents.forms import SCHEMES

Words = str | Promise
LABELS: dict[str, Words] = {
    "account": gettext_lazy("账号编号"), "actor_id": gettext_lazy("查阅人编号"), "address": gettext_lazy("网络地址"),
    "answer_by": gettext_lazy("答复时限"), "bed": gettext_lazy("床位"), "beds": gettext_lazy("床位"),
    "bookings": gettext_lazy("预约"), "bundle": gettext_lazy("组合预留编号"), "cause": gettext_lazy("由何而来"),
    "cents": gettext_lazy("金额"), "changed": gettext_lazy("更改"), "changes": gettext_lazy("更改"),
    "consortia": gettext_lazy("医联体"), "count": gettext_lazy("人数"), "covered_by": gettext_lazy("代班人编号"),
    "decision": gettext_lazy("决定"), "department": gettext_lazy("科室编号"), "departments": gettext_lazy("科室"),
    "differences": gettext_lazy("差异"), "episode": gettext_lazy("住院号"), "examinations": gettext_lazy("含检查"),
    "fields": gettext_lazy("更改的项目"), "for_audit_office": gettext_lazy("待审计复核"), "found": gettext_lazy("发现"),
    "from": gettext_lazy("自"), "fund": gettext_lazy("基金支付"), "id_kind": gettext_lazy("证件类型"),
    "institutions": gettext_lazy("机构"), "is_justified": gettext_lazy("查阅合理"), "item": gettext_lazy("检查项目"),
    "kept": gettext_lazy("保留"), "key": gettext_lazy("规则"), "kind": gettext_lazy("类别"),
    "label": gettext_lazy("用途"), "links": gettext_lazy("协作关系"), "list": gettext_lazy("名单"),
    "measures": gettext_lazy("指标"), "merged": gettext_lazy("并入"), "new": gettext_lazy("新增"),
    "office": gettext_lazy("管理职务"), "page": gettext_lazy("页"), "people": gettext_lazy("人员"),
    "period": gettext_lazy("时段"), "place": gettext_lazy("号编号"), "places": gettext_lazy("号"),
    "printed": gettext_lazy("打印"), "purpose": gettext_lazy("用途"), "reached": gettext_lazy("接通"),
    "referral": gettext_lazy("转诊编号"), "regions": gettext_lazy("区划"), "residents": gettext_lazy("名单上的居民"),
    "resource": gettext_lazy("床位或设备编号"), "role": gettext_lazy("岗位"), "rows": gettext_lazy("行数"),
    "scheme": gettext_lazy("险种"), "searched": gettext_lazy("按关键字查找"), "sessions": gettext_lazy("门诊场次"),
    "sha256": gettext_lazy("文件指纹"), "since": gettext_lazy("自"), "source": gettext_lazy("来源"),
    "state": gettext_lazy("状态"), "stays": gettext_lazy("占床"), "suspended": gettext_lazy("暂停"),
    "system": gettext_lazy("来源系统"), "team": gettext_lazy("团队"), "teams": gettext_lazy("团队"),
    "to": gettext_lazy("至"), "token": gettext_lazy("令牌编号"), "total": gettext_lazy("总费用"),
    "unmasked": gettext_lazy("含完整证件号"), "until": gettext_lazy("到"), "urgency": gettext_lazy("缓急"),
    "user": gettext_lazy("人员编号"), "verb": gettext_lazy("操作"), "verified": gettext_lazy("已核实身份"),
    "version": gettext_lazy("版本"), "waiting": gettext_lazy("含候补"), "well": gettext_lazy("情况良好"),
    "what": gettext_lazy("内容"), "who": gettext_lazy("操作人"),
}  # fmt: skip
LISTS: dict[str, Words] = {
    "arrivals": gettext_lazy("今日到诊"), "calls": gettext_lazy("电话名单"), "coming": gettext_lazy("可能下转来的"),
    "day-surgery": gettext_lazy("日间手术"), "duplicates": gettext_lazy("疑似重复"),
    "going-down": gettext_lazy("下转建议"), "guidance": gettext_lazy("随诊指导"), "received": gettext_lazy("转入"),
    "patients": gettext_lazy("我的病人"), "spending": gettext_lazy("费用"),
    "today": gettext_lazy("今天"), "ward-board": gettext_lazy("病区一览"), "bed": gettext_lazy("床位"),
    "beds": gettext_lazy("床位"), "inbox": gettext_lazy("收件箱"), "sent": gettext_lazy("转出"),
    "tasks": gettext_lazy("随访"), "follow-ups": gettext_lazy("随访"), "feed": gettext_lazy("消息"),
}  # fmt: skip
FILED: dict[str, Words] = {
    "referral": gettext_lazy("转诊"), "emergency": gettext_lazy("急诊备案"), "exemption": gettext_lazy("特殊人群"),
    "out_of_region": gettext_lazy("异地就医备案"),
}  # fmt: skip
CAUSES: dict[str, Words] = {
    "contract": gettext_lazy("签约"), "visit": gettext_lazy("就诊"), "referral": gettext_lazy("转诊"),
    "emergency": gettext_lazy("紧急查阅"), "account": gettext_lazy("本人或家属账号"),
}  # fmt: skip
MONEY = frozenset({"cents", "fund", "total"})
BY_NUMBER = frozenset({"town_id", "mother_id", "department_id", "ward_id"})
FINGERPRINT_SHOWN = 12  # characters
MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d\S*)?")


def detail_words(details: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and value of everything an event says besides, in its order."""
    told = {name: value for name, value in details.items() if not (name == "count" and "residents" in details)}
    said = [(str(LABELS.get(name, name)), _value(name, value)) for name, value in told.items()]
    return [(label, words) for label, words in said if words]


def _value(name: str, value: Any) -> str:
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if name in MONEY and isinstance(value, int):
        return money_words(value)
    if isinstance(value, Mapping):
        return _("；").join(_("%(field)s：%(change)s") % _change(*one) for one in value.items())
    if name == "residents" and isinstance(value, list):
        return _("%(count)d 人") % {"count": len(value)}
    if isinstance(value, list):
        return _("、").join(_field(str(one)) if name == "fields" else str(one) for one in value)
    return _coded(name, str(value))


def _change(field: str, change: Any) -> dict[str, str]:
    """Of a number that is nowhere shown, and of rows known by number only, no more than that it was changed."""
    if not isinstance(change, list) or field in BY_NUMBER:
        return {"field": _field(field), "change": _("已更改")}
    old, new = (_coded(field, str(one)) if one not in (None, "") else _("空") for one in change)
    return {"field": _field(field), "change": f"{old} → {new}"}


def _coded(name: str, text: str) -> str:
    known = CODED[name](text) if name in CODED else ""
    return known or (_moment(text) if MOMENT.fullmatch(text) else text)


def _field(name: str) -> str:
    return str(FIELDS.get(name, name))


def _state(code: str) -> str:
    if code in STATES:
        return pgettext("state", STATES[code].name)  # type: ignore[index]
    return pgettext("day surgery", SURGERY[code].name) if code in SURGERY else ""  # type: ignore[index]


def _moment(text: str) -> str:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return text
    if len(text) <= len("2026-01-01"):
        return date_words(when.date())
    here = local(when) if when.tzinfo else when
    return f"{date_words(here.date())} {here:%H:%M}"


def _cause(text: str) -> str:
    kind, _colon, number = text.partition(":")
    return f"{CAUSES[kind]} {number[:FINGERPRINT_SHOWN]}" if kind in CAUSES else ""


def _sex(code: str) -> str:
    return sex_words(int(code)) if code.isdecimal() else ""


def _kind(code: str) -> str:
    return str(KINDS[code].title) if code in KINDS else str(FILED.get(code, ""))


CODED: dict[str, Callable[[str], str]] = {
    "from": _state, "to": _state, "state": _state, "cause": _cause, "kind": _kind,
    "role": lambda code: str(ROLES[Role(code)]) if code in set(Role) else "",
    "office": lambda code: str(OFFICES.get(Office(code), "")) if code in set(Office) else "",
    "urgency": lambda code: str(URGENCIES[Urgency(code)][0]) if code in set(Urgency) else "",
    "purpose": lambda code: str(Purpose(code).label) if code in Purpose.values else "",
    "id_kind": lambda code: str(IdKind(code).label) if code in IdKind.values else "",
    "scheme": lambda code: str(dict(SCHEMES).get(code, "")),
    "list": lambda name: str(LISTS.get(name.removeprefix("api:").partition(":")[0], "")), "sex": _sex,
    "system": source_words, "sha256": lambda text: text[:FINGERPRINT_SHOWN],
}  # fmt: skip
