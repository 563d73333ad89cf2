"""What a rulebook says about prescriptions between the tiers."""

from fenji.rulebook.schema import Key
from fenji.rulebook.shapes import YES_NO, whole

KEYS: dict[str, Key] = {
    "medicines.long_prescription_days": Key(
        "基层慢性病长处方最长", "longest prescription for chronic disease in primary care", whole(1, 92, "天", "days")
    ),
    "medicines.extended_prescription": Key(
        "延伸处方：上级医院处方在基层续开", "extended prescription: a hospital's is continued in primary care", YES_NO
    ),
    "medicines.extended_prescription_days": Key(
        "延伸处方最长", "longest extended prescription", whole(1, 92, "天", "days")
    ),
    "medicines.aligned_formulary": Key("上下级用药衔接", "formulary aligned between the tiers", YES_NO),
}
