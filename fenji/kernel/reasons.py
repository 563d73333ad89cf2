"""Why an institution is proposed or not: a code, a sentence in Chinese and English, and the clause it rests on."""

from dataclasses import dataclass

from fenji.kernel.tiers import Basis, Level, Tier

TIER_NAMES = {
    Tier.VILLAGE: ("村级", "village"),
    Tier.TOWNSHIP: ("镇（社区）级", "township or community"),
    Tier.COUNTY: ("县级", "county"),
    Tier.CITY: ("市级", "city"),
}
LEVEL_NAMES = {
    Level.TERTIARY: ("三级", "tertiary"),
    Level.SECONDARY: ("二级", "secondary"),
    Level.PRIMARY: ("一级", "primary"),
    Level.NONE: ("未定级", "ungraded"),
}

# Code: Chinese and English, with the words to fill in.
SENTENCES = {
    # why
    "criterion": ("符合“{title}”，须到{needed}机构", "Meets “{title_en}”: needs {needed_en}"),
    "lowest_adequate": ("能胜任的最低层级（{tier}）", "The lowest adequate tier ({tier_en})"),
    "consortium": ("与本机构同属{consortium}", "In the same consortium: {consortium_en}"),
    "specialty_pair": ("与本机构有该专科的对口帮扶关系", "Paired with the sender for this specialty"),
    "assistance": ("与本机构有对口帮扶或指导关系", "Assists or guides the sender"),
    "nearest": ("就近，距本机构 {distance} 公里", "Near: {distance} km from the sender"),
    "emergency": ("急诊绿色通道：就近转至有急诊科的机构", "Emergency: the nearest with an emergency department"),
    "contract": ("居民签约的家庭医生团队所在机构", "Where the resident's family-doctor team works"),
    "home_town": ("服务居民所在镇（街道）的机构", "Serves the resident's town"),
    "sent_up": ("上转该居民的机构，病情稳定后转回", "Had sent the resident up: once stable, back there"),
    "same_tier": ("同级转诊，须写明理由", "Same-tier referral: give the reason"),
    "child_at_tertiary": ("疑难危重患儿可在三级机构就诊", "A seriously ill child may go to a tertiary institution"),
    "recheck": ("同一疾病复查，可选原就诊机构", "Re-check of the same disease at the same institution"),
    "exempt": ("特殊人群自主选择机构", "Belongs to a group that chooses freely"),
    "outside": ("医联体外，须写明理由", "Outside the consortium: give the reason"),
    "higher": ("高于能胜任的最低层级，须写明理由", "Above the lowest adequate tier: give the reason"),
    # why not
    "closed": ("目前不接诊", "Not open"),
    "wrong_kind": ("不属于接收此类转诊的机构", "Not a kind of institution that takes this referral"),
    "no_department": ("没有所需科目{specialty}", "Lacks the specialty {specialty}"),
    "no_emergency": ("没有急诊科", "No emergency department"),
    "narrow_emergency": ("专科机构，急诊不含此类", "A special institution: not this kind of emergency"),
    "too_low": ("层级不够：须{needed}机构", "Too low: needs {needed_en}"),
    "not_above": ("不高于本机构，不属于上转", "Not above the sender"),
    "not_below": ("不低于本机构，不属于下转", "Not below the sender"),
    "not_same": ("与本机构不同级", "Not of the sender's tier"),
    "same_tier_closed": ("本市不允许同级转诊", "Same-tier referral is not allowed here"),
    "stepwise": ("须逐级转诊，先到{lower}机构", "One level at a time: {lower_en} first"),
    "sender": ("就是本机构", "The sender itself"),
    "unknown": ("不在可转往的机构之列", "Not among the institutions one may refer to"),
    # first contact: on which ground it counts, or that it does not
    "first_primary": ("首诊在基层", "First seen at a primary institution"),
    "first_emergency": ("急诊不受首诊限制", "An emergency is not bound by first contact"),
    "first_referred": ("经基层转诊而来", "Came by referral"),
    "first_recheck": ("同一疾病复查，可到原就诊机构", "Re-check of the same disease at the same institution"),
    "first_exempt": ("特殊人群自主选择机构", "Belongs to a group that chooses freely"),
    "first_tcm_outpatient": ("中医医院中医门诊计入首诊", "A TCM outpatient clinic counts as first contact"),
    "first_serious_child": ("疑难危重患儿可在三级机构首诊", "A seriously ill child may start at a tertiary hospital"),
    "first_younger": ("本市先在 {years} 岁及以上居民中实行", "Here it begins with residents of {years} and over"),
    "first_elsewhere": ("未经基层首诊", "Not first seen at a primary institution"),
}


@dataclass(frozen=True)
class Clause:
    """What a reason rests on."""

    source_title: str
    clause: str
    status: Basis


@dataclass(frozen=True)
class Reason:
    code: str
    text: str
    text_en: str
    rests_on: Clause | None = None  # None: a plain fact


def reason(code: str, rests_on: Clause | None = None, **words: str) -> Reason:
    """The reason with this code; `words` fill its sentence."""
    chinese, english = SENTENCES[code]
    return Reason(code, chinese.format(**words), english.format(**words), rests_on)


def words_for(tier: Tier, level: Level) -> tuple[str, str]:
    """How to say “county tier, secondary or above” in Chinese and English."""
    if level is Level.NONE:
        return f"{TIER_NAMES[tier][0]}以上", f"{TIER_NAMES[tier][1]} tier or above"
    return (
        f"{TIER_NAMES[tier][0]}以上、{LEVEL_NAMES[level][0]}以上",
        f"{TIER_NAMES[tier][1]} tier and {LEVEL_NAMES[level][1]} level or above",
    )
