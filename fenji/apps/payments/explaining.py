"""A bill in plain words: every step between what was charged and who pays, with what each rests on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from fenji.apps.common import rulebooks
from fenji.apps.payments import queries
from fenji.apps.payments.models import Claim
from fenji.kernel.payment.bill import Bill
from fenji.kernel.payment.codes import Setting
from fenji.kernel.payment.outcome import Flag, Settlement
from fenji.rulebook.rulebook import Rulebook
from fenji.rulebook.schema import DatedValue


@dataclass(frozen=True)
class Step:
    """One sentence, and the clause and status of the rule behind it; both empty where it is plain arithmetic."""

    words: str
    clause: str = ""
    basis: str = ""


def explained(claim: Claim) -> list[Step]:
    """The steps of a settled bill, by the rulebook version it was settled with."""
    rulebook, day = rulebooks.version(claim.rulebook_version), timezone.localdate(claim.ended_at)
    return grounded(queries.bill_of(claim), queries.settlement_of(claim), rulebook, day)


def grounded(bill: Bill, settled: Settlement, rulebook: Rulebook, day: date) -> list[Step]:
    """The steps of a bill, each with the clause a rulebook has for it on a day."""
    steps = []
    for words, key in steps_of(bill, settled):
        dated = rulebook.value(key, on=day) if key else None
        steps.append(Step(words, ground_of(rulebook, dated), dated.status) if dated else Step(words))
    return steps


def ground_of(rulebook: Rulebook, dated: DatedValue) -> str:
    """What a value rests on in words a patient can follow: the document's title, or the assumption, and the clause."""
    clause = dated.clause
    for code, source in rulebook.sources.items():
        if clause.startswith(f"{code} "):
            clause = f"《{source.title}》{clause.removeprefix(code)}"
    return f"{rulebook.title_of(dated.source)} {clause}".strip()


def steps_of(bill: Bill, settled: Settlement) -> Iterator[tuple[str, str]]:
    """Sentence and rulebook key (empty: arithmetic) of each step that had an effect on this bill."""
    setting = Setting(bill.setting).name.lower()
    yield _("总费用 %(sum)s") % {"sum": yuan(settled.total_cents)}, ""
    if not _is_covered(bill, settled):
        yield _("就诊当日没有参保或待遇已暂停，全部由个人支付 %(sum)s") % {"sum": yuan(settled.self_cents)}, ""
        return
    if bill.c_cents:
        yield _("目录外（丙类）%(sum)s 由个人支付") % {"sum": yuan(bill.c_cents)}, ""
    if bill.over_ceiling_cents:
        yield _("超过限价的 %(sum)s 由个人支付") % {"sum": yuan(bill.over_ceiling_cents)}, ""
    if settled.own_share_cents:
        yield _("乙类先行自付 %(sum)s") % {"sum": yuan(settled.own_share_cents)}, "payment.own_share"
    yield _("政策范围内费用 %(sum)s") % {"sum": yuan(settled.eligible_cents)}, ""
    yield from _deductible(settled, setting)
    yield from _ratio(settled, setting)
    yield from _caps(settled)
    yield from _further(settled)
    yield _("个人合计支付 %(sum)s") % {"sum": yuan(settled.self_cents)}, ""


def _is_covered(bill: Bill, settled: Settlement) -> bool:
    """What is settled by the rule is parted among these four; what nobody was insured for is not."""
    parted = settled.own_share_cents + settled.eligible_cents + bill.c_cents + bill.over_ceiling_cents
    return parted == settled.total_cents


def yuan(cents: int) -> str:
    """ "1,203.50 元"."""
    sign = "-" if cents < 0 else ""
    return _("%(sum)s 元") % {"sum": f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"}


def _deductible(settled: Settlement, setting: str) -> Iterator[tuple[str, str]]:
    full, due = settled.deductible_full_cents, settled.deductible_due_cents
    if not full:
        yield _("本类待遇不设起付线"), f"payment.deductible.{setting}"
        return
    yield _("起付标准 %(sum)s") % {"sum": yuan(full)}, f"payment.deductible.{setting}"
    if due < full:
        words = _("此前已承担的计入，本次还应承担 %(sum)s") % {"sum": yuan(due)}
        is_stay = setting in {"inpatient", "day_surgery"}  # stays count on along a referral chain, visits over a year
        yield words, f"payment.deductible_rule.{'chain' if is_stay else 'yearly'}"
    yield _("本次承担起付线 %(sum)s") % {"sum": yuan(settled.deductible_cents)}, ""


def _ratio(settled: Settlement, setting: str) -> Iterator[tuple[str, str]]:
    yield _("基本支付比例 %(share)s") % {"share": share(settled.ratio_base_permille)}, f"payment.ratio.{setting}"
    points = (
        (settled.ratio_chain_permille, _("就高不就低，按转诊链上较高的比例"), "payment.ratio_rule.higher_wins"),
        (settled.ratio_referral_permille, _("按转诊状态"), "payment.ratio_rule.referral"),
        (settled.ratio_contract_permille, _("家庭医生签约"), "payment.ratio_rule.contract"),
        (settled.ratio_group_permille, _("按人员类别"), "payment.ratio_rule.group"),
    )
    for permille, why, key in points:
        if permille:
            sign = "+" if permille > 0 else "−"
            yield _("%(why)s：%(sign)s%(share)s") % {"why": why, "sign": sign, "share": share(abs(permille))}, key
    values = {
        "payable": yuan(settled.payable_cents), "share": share(settled.ratio_permille),
        "sum": yuan(settled.by_ratio_cents),
    }  # fmt: skip
    yield _("起付线以上 %(payable)s × %(share)s = %(sum)s") % values, ""


def _caps(settled: Settlement) -> Iterator[tuple[str, str]]:
    caps = (
        (Flag.VISIT_CAP, _("超过单次支付限额，按限额计 %(sum)s"), settled.after_visit_cap_cents, "payment.cap.visit"),
        (
            Flag.SETTING_CAP, _("超过本类年度限额，按余额计 %(sum)s"), settled.after_setting_cap_cents,
            "payment.cap.setting_year",
        ),
        (Flag.YEAR_CAP, _("超过统筹基金年度最高支付限额，按余额计 %(sum)s"), settled.fund_cents, "payment.cap.year"),
    )  # fmt: skip
    for flag, words, cents, key in caps:
        if settled.flags & flag:
            yield words % {"sum": yuan(cents)}, key
    yield _("统筹基金支付 %(sum)s") % {"sum": yuan(settled.fund_cents)}, ""


def _further(settled: Settlement) -> Iterator[tuple[str, str]]:
    payers = (
        (settled.catastrophic_cents, _("大病保险支付 %(sum)s"), "payment.catastrophic.ratio"),
        (settled.assistance_cents, _("医疗救助支付 %(sum)s"), "payment.assistance.ratio"),
        (settled.care_cents, _("长期护理保险支付 %(sum)s"), "payment.long_term_care.day"),
    )
    for cents, words, key in payers:
        if cents:
            yield words % {"sum": yuan(cents)}, key


def share(permille: int) -> str:
    """ "85%", "62.5%"."""
    whole, rest = divmod(permille, 10)
    return f"{whole}.{rest}%" if rest else f"{whole}%"
