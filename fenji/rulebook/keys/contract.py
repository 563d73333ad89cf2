"""What a rulebook says about signing with a family-doctor team: whom first, which team, what fee and who bears it."""

from typing import Any

from fenji.rulebook.keys.referral import GROUPS
from fenji.rulebook.schema import Key
from fenji.rulebook.shapes import CENTS, PERMILLE, YES_NO, Names, checked, one_of, record, some_of, whole

TEAMS: Names = {
    "general": ("全科团队", "general team"),
    "three_doctors": ("“三师”：专科医师、全科医生、健康管理师", "specialist, general practitioner, health manager"),
    "three_plus_x": ("“3+X”家庭健康责任团队", "3+X family health team"),
    "hospital_run": ("医院举办的社康中心团队", "team of a health centre run by the hospital"),
}
PAYERS: Names = {
    "insurance": ("医保基金", "insurance fund"),
    "public_health": ("基本公共卫生服务经费", "public-health money"),
    "fiscal": ("财政", "fiscal subsidy"),
    "resident": ("签约居民个人", "resident"),
}
_FEE = record({"total": ("合计", "total", CENTS), **{code: (*names, CENTS) for code, names in PAYERS.items()}})


def _adds_up(fee: dict[str, Any]) -> bool:
    return bool(fee["total"] == sum(fee[payer] for payer in PAYERS))


FEE = checked(_FEE, "total 等于各方分担之和", _adds_up)

KEYS: dict[str, Key] = {
    "contract.key_groups": Key("优先签约的重点人群", "groups to sign first", some_of(GROUPS)),
    "contract.team": Key("团队构成", "the team", one_of(TEAMS)),
    "contract.grid": Key("网格化管理", "areas of responsibility", YES_NO),
    "contract.packages": Key("分类签约、有偿签约、组合签约", "differential, paid and combined packages", YES_NO),
    "contract.term_years": Key("协议期", "term", whole(1, 5, "年", "years")),
    "contract.target.general": Key("一般人群签约率目标", "target coverage, all residents", PERMILLE),
    "contract.target.key_groups": Key("重点人群签约率目标", "target coverage, key groups", PERMILLE),
    "contract.fee_payers": Key("签约服务费由谁分担", "who bears the fee", some_of(PAYERS)),
    "contract.fee": Key("签约服务费（每人每年）", "fee per person and year", FEE),
    "contract.no_other_charges": Key("约定服务不得另收费用", "no other charge for the services agreed upon", YES_NO),
}
