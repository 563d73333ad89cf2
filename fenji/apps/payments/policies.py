"""Who may settle, decide and supervise; the steps of a case; the rules that open one. Tables, not code."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fenji.apps.payments.errors import ClaimClosed, NotDesignated, WrongCaseStep

if TYPE_CHECKING:
    from fenji.apps.payments.models import Case, Claim
    from fenji.apps.registry.models import Institution


@dataclass(frozen=True)
class CaseMove:
    """A step of a case: from where to where, and whose it is: the insurer's or the institution's."""

    name: Promise
    from_states: tuple[str, ...]
    to_state: str
    party: str
    days: int | None = None  # calendar days that the next party has; null: nobody has to act


CASE_STATES: dict[str, Promise] = {
    "flagged": _("待机构说明"),
    "answered": _("待经办机构决定"),
    "cleared": _("已排除"),
    "upheld": _("已认定，可申诉"),
    "appealed": _("申诉复核中"),
    "recovered": _("已追回"),
    "returned": _("申诉成立，已退还"),
}
CASE_MOVES: dict[str, CaseMove] = {
    "answer": CaseMove(_("说明情况"), ("flagged",), "answered", "institution", 10),
    "clear": CaseMove(_("排除疑点"), ("flagged", "answered", "appealed"), "cleared", "insurer"),
    "uphold": CaseMove(_("认定违规"), ("flagged", "answered"), "upheld", "insurer", 15),
    "appeal": CaseMove(_("申诉"), ("upheld",), "appealed", "institution", 15),
    "recover": CaseMove(_("追回基金"), ("upheld", "appealed"), "recovered", "insurer"),
    "grant": CaseMove(_("追回后申诉成立"), ("recovered",), "returned", "insurer"),
}
OPEN_CASES = ("flagged", "answered", "upheld", "appealed")

RULES: dict[str, tuple[Promise, Promise]] = {
    "readmission": (_("短期再入院"), _("同一参保人出院后规定天数内因同一诊断再次入住同一机构")),
    "split_stay": (_("分解住院"), _("同一参保人在同一机构当日出院当日再入院")),
    "self_pay_outpatient": (_("住院期间自费转门诊"), _("住院期间在同一机构另有以自费为主的门诊单据")),
    "over_ceiling": (_("超限价"), _("单据中有项目价格高于限价")),
    "drug_share": (_("药占比超控制线"), _("单据药品费用占比高于控制线")),
    "cost": (_("费用超控制线"), _("单据总费用高于同类控制线")),
    "upcoding": (_("疑似诊断升级"), _("诊断所在的组权重高，实际费用却远低于该权重应有的费用")),
    "weight_rise": (_("诊断权重突增"), _("机构上月住院病例的平均权重明显高于此前三个月")),
}
# The rulebook's key that a rule goes by, where its numbers come from there.
RULE_KEYS = {
    "readmission": "cost_control.readmission_days",
    "self_pay_outpatient": "cost_control.no_inpatient_self_pay_as_outpatient",
    "drug_share": "payment.ceiling.drug_share",
    "cost": "payment.ceiling.cost",
    "upcoding": "cost_control.low_cost_share",
    "weight_rise": "cost_control.weight_rise",
}


def check_designated(institution: "Institution") -> None:
    if not institution.is_insured:
        raise NotDesignated


def check_open(claim: "Claim") -> None:
    if claim.state != "settled":
        raise ClaimClosed


def check_case_move(case: "Case", move: str, party: str) -> CaseMove:
    """The move, if the case stands where it starts and it is this party's; else WrongCaseStep."""
    found = CASE_MOVES.get(move)
    if found is None or case.state not in found.from_states or party != found.party:
        raise WrongCaseStep
    return found


def possible_case_moves(case: "Case", party: str) -> list[str]:
    """What the guard would allow: the buttons."""
    return [name for name, move in CASE_MOVES.items() if case.state in move.from_states and move.party == party]
