"""What a rulebook says about keeping costs down: ceilings against earlier years, drug share, what may not be done."""

from fenji.kernel.payment.case_groups import GROUPS
from fenji.rulebook.schema import Key
from fenji.rulebook.shapes import PERMILLE, YES_NO, Names, by, some_of, whole

MEASURED: Names = {
    "total": ("医疗总费用", "total cost"),
    "fund": ("医保支付费用", "insurance payment"),
    "per_visit": ("次均门诊费用", "average per visit"),
    "per_stay": ("次均住院费用", "average per stay"),
}

KEYS: dict[str, Key] = {
    "cost_control.measured": Key("控制在往年平均水平的费用", "kept to the mean of earlier years", some_of(MEASURED)),
    "cost_control.mean_of_years": Key("往年平均取几年", "years of that mean", whole(1, 10, "年", "years")),
    "cost_control.no_inpatient_self_pay_as_outpatient": Key(
        "住院自费不得转入门诊记账", "inpatients' self-pay is not booked as outpatient", YES_NO
    ),
    "cost_control.consumable_price_ceiling": Key(
        "高值耗材最高限价并集中招标", "price ceilings and central tender of high-value consumables", YES_NO
    ),
    "cost_control.publish_referrals": Key(
        "不服从分级诊疗的通报批评，定点公布转诊情况", "who does not refer is named; referrals are published", YES_NO
    ),
    "cost_control.readmission_days": Key(
        "同一病人几天内再入院须说明", "a readmission within this span is asked about", whole(1, 90, "天", "days")
    ),
    "cost_control.case_weight": Key(
        "各诊断组的权重（1000 为平均）",
        "weight of a group of diagnoses (1000 is the mean)",
        by({code: (name, name_en) for code, (name, name_en, _) in GROUPS.items()}, whole(100, 10000, "‰", "permille")),
    ),
    "cost_control.low_cost_share": Key(
        "费用低于按诊断权重应有费用的这一比例，须说明",
        "a stay below this share of what its weight costs is asked about",
        PERMILLE,
    ),
    "cost_control.weight_rise": Key(
        "机构月均权重上升超过这一比例，须说明", "a rise of a house's mean weight above this is asked about", PERMILLE
    ),
    "cost_control.least_stays": Key(
        "不足这些例住院时不作上述比较", "fewer stays than these are not compared", whole(5, 1000, "例", "stays")
    ),
}
