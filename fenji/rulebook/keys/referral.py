"""What a rulebook says about referring: time limits, signatures, first contact, choice of an institution."""

from fenji.kernel.reasons import LEVEL_NAMES
from fenji.kernel.referral import STATES, Urgency
from fenji.kernel.roles import Role
from fenji.rulebook.schema import Key
from fenji.rulebook.shapes import (
    SPAN,
    WINDOWS,
    YES_NO,
    Names,
    by,
    one_of,
    ordering_of,
    record,
    some_of,
    whole,
)

URGENCIES: Names = {
    Urgency.ROUTINE.value: ("常规", "routine"),
    Urgency.URGENT.value: ("紧急", "urgent"),
    Urgency.EMERGENCY.value: ("急诊", "emergency"),
}
ROLES: Names = {
    "none": ("无须签批", "nobody"),
    Role.VILLAGE_DOCTOR.value: ("乡村医生", "village doctor"),
    Role.NURSE.value: ("护士", "nurse"),
    Role.FAMILY_DOCTOR.value: ("家庭医生", "family doctor"),
    Role.PRIMARY_HEAD.value: ("基层机构负责人", "head of the primary institution"),
    Role.PHYSICIAN.value: ("医师", "physician"),
    Role.REFERRAL_OFFICE.value: ("转诊办公室", "referral office"),
    Role.INSURER.value: ("医保经办", "insurer"),
    Role.COMMISSION.value: ("卫生健康局", "health commission"),
}
PREFERENCES: Names = {
    "lowest_adequate": ("最低而能胜任", "lowest adequate"),
    "consortium": ("医联体内", "own consortium"),
    "nearest": ("就近", "nearest"),
}
FIRST_CONTACT: Names = {
    "guided": ("引导，不强制", "guided"),
    "compulsory": ("强制", "compulsory"),
    "stepwise": ("严格逐级", "stepwise"),
    "older_first": ("从老年人做起", "older people first"),
}
INSURER_STEP: Names = {
    "none": ("不经医保经办", "none"),
    "notice": ("告知医保经办", "notice"),
    "filing": ("报医保经办备案", "filing"),
}
GROUPS: Names = {
    "elderly_60": ("60 岁以上老人", "people of 60 and more"),
    "elderly_65": ("65 岁以上老人", "people of 65 and more"),
    "hypertension": ("高血压患者", "hypertension"),
    "diabetes": ("糖尿病患者", "diabetes"),
    "tuberculosis": ("结核病患者", "tuberculosis"),
    "severe_mental": ("严重精神障碍患者", "severe mental disorder"),
    "pregnant": ("孕产妇", "pregnant women and new mothers"),
    "child": ("儿童", "children"),
    "disabled": ("残疾人", "disabled people"),
    "poor": ("困难群众", "people in poverty"),
}

BY_URGENCY = by(URGENCIES, SPAN)
SIGNATURE = record({"role": ("签批", "signed by", one_of(ROLES)), "own": ("经治者可自签", "author may sign", YES_NO)})

KEYS: dict[str, Key] = {
    **{
        f"deadlines.{rule.deadline}": Key(
            f"时限：{rule.name}", f"deadline: {state.value.replace('_', ' ')}", BY_URGENCY
        )
        for state, rule in STATES.items()
        if rule.deadline
    },
    "escalation.between_rungs": Key("逐级上报的间隔", "span between rungs of escalation", BY_URGENCY),
    "working_time.hours": Key("工作时间", "working hours", WINDOWS),
    **{
        f"referral.approval.{level.value}": Key(
            f"转出签批：{name}机构", f"signature before sending: {level.value}", SIGNATURE
        )
        for level, (name, _) in LEVEL_NAMES.items()
    },
    "choice.stepwise": Key("须逐级转诊", "one level at a time", YES_NO),
    "referral.insurer_step": Key("转诊须经医保经办机构", "insurer takes part in a referral", one_of(INSURER_STEP)),
    "follow_up.after_up_referral_days": Key(
        "上转后基层随访", "primary care follows up after an upward referral", whole(1, 90, "天", "days")
    ),
    "first_contact.rule": Key("首诊制度", "first contact", one_of(FIRST_CONTACT)),
    "first_contact.tcm_outpatient_counts": Key(
        "中医医院中医门诊计入首诊", "TCM outpatient clinic counts as first contact", YES_NO
    ),
    "first_contact.serious_child_at_tertiary": Key(
        "疑难危重患儿可在三级机构首诊", "a seriously ill child may start at a tertiary institution", YES_NO
    ),
    "first_contact.older_from_years": Key(
        "从老年人做起时的起始年龄", "older people are those from", whole(45, 90, "岁，含", "years")
    ),
    "first_contact.child_up_to_years": Key("儿科年龄上限", "a child is up to", whole(1, 18, "岁，含", "years")),
    "choice.lowest_adequate": Key("选最低而能胜任者", "the lowest adequate first", YES_NO),
    "choice.consortium": Key("医联体内优先", "own consortium first", YES_NO),
    "choice.nearest": Key("就近", "the nearest first", YES_NO),
    "choice.order": Key("选择机构的先后次序", "order of preferences", ordering_of(PREFERENCES)),
    "choice.home_first": Key("下转先到签约团队和本镇机构", "downward to the resident's own team and town", YES_NO),
    "choice.emergency_nearest": Key("急诊就近", "an emergency goes to the nearest", YES_NO),
    "choice.same_tier": Key("允许同级转诊", "same-tier referral", YES_NO),
    "choice.exempt_choose_freely": Key("特殊人群自主选择机构", "exempt groups choose freely", YES_NO),
    "choice.exempt_groups": Key("特殊人群范围", "exempt groups", some_of(GROUPS)),
    "choice.recheck_same_institution": Key(
        "同一疾病复查可选同一机构", "a re-check of the same disease may use the same institution", YES_NO
    ),
}
