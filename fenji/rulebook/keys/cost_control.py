"""What a rulebook says about keeping costs down: ceilings against earlier years, drug share, what may not be done."""

from fenji.rulebook.schema import Key
from fenji.rulebook.shapes import YES_NO, Names, some_of, whole

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
}
