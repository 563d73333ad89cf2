"""What a rulebook says about paying institutions: the forms, the budgets, who keeps a surplus."""

from fenji.rulebook.schema import Key
from fenji.rulebook.shapes import CENTS, PERMILLE, YES_NO, Names, by, one_of, some_of

SETTINGS: Names = {
    "outpatient": ("普通门诊", "outpatient"),
    "chronic": ("门诊慢性病", "chronic outpatient"),
    "special": ("门诊特定病种", "special disease"),
    "inpatient": ("住院", "inpatient"),
    "day_surgery": ("日间手术", "day surgery"),
}
FORMS: Names = {
    "item": ("按项目", "per item"),
    "case": ("按病种", "per case"),
    "case_by_level": ("按医院级别按病种", "per case by level of hospital"),
    "unit": ("按服务单元（床日）", "per bed-day"),
    "capitation": ("按人头", "capitation"),
    "drg": ("按疾病诊断相关组", "DRG"),
}
PRICES: Names = {
    "own": ("按所在机构的价格", "the institution's own"),
    "community": ("三级医院服务，社区收费", "tertiary service at community price"),
}

KEYS: dict[str, Key] = {
    "provider.form": Key("付费方式", "form of payment", by(SETTINGS, some_of(FORMS))),
    "provider.global_budget": Key("总额控制", "global budget", YES_NO),
    "provider.budget_tilts_to_primary": Key("总额预算向基层倾斜", "budget tilted to primary care", YES_NO),
    "provider.down_referred_budget": Key("下转患者费用单独预算", "separate budget for down-referred patients", YES_NO),
    "provider.down_referred_price": Key("下转患者的收费", "price for down-referred patients", one_of(PRICES)),
    "provider.package_per_head": Key("公共卫生服务按人头打包", "public-health package per head", YES_NO),
    "provider.package_per_head_amount": Key("打包标准（每人每年）", "package per head and year", CENTS),
    "provider.consortium_capitation": Key("对医联体按人头打包", "capitation of a consortium", YES_NO),
    "provider.quota_split_by_stage": Key(
        "一次治疗多机构完成：定额按阶段拆分、统一结算",
        "one treatment over several institutions: quota split by stage",
        YES_NO,
    ),
    "provider.surplus_retained": Key("结余留用比例", "share of a surplus that is kept", PERMILLE),
    "provider.overrun_shared": Key("超支由机构分担的比例", "share of an overrun that is borne", PERMILLE),
    "provider.prepaid_share": Key("按月预结比例", "share prepaid every month", PERMILLE),
}
