"""The four tiers on every page: one word, one shape, one colour each."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fenji.kernel.tiers import Kind, Level, LinkKind, Tier


@dataclass(frozen=True)
class TierMark:
    """`shape` is an SVG path around (0, 0) that fits a circle of radius 7.5; `slug` names the colour in tokens.css."""

    slug: str
    word: str | Promise
    short: str | Promise
    shape: str


MARKS: dict[Tier, TierMark] = {
    Tier.VILLAGE: TierMark("village", _("村级"), _("村"), "M0-5.6A5.6 5.6 0 1 1 0 5.6A5.6 5.6 0 1 1 0-5.6Z"),
    Tier.TOWNSHIP: TierMark("township", _("镇街级"), _("镇"), "M0-6.6L6.7 5.2H-6.7Z"),
    Tier.COUNTY: TierMark("county", _("县级"), _("县"), "M-5.2-5.2H5.2V5.2H-5.2Z"),
    Tier.CITY: TierMark("city", _("市级"), _("市"), "M0-7.2L6.3-3.6V3.6L0 7.2L-6.3 3.6V-3.6Z"),
}

LEVELS: dict[Level, str | Promise] = {
    Level.TERTIARY: _("三级"),
    Level.SECONDARY: _("二级"),
    Level.PRIMARY: _("一级"),
    Level.NONE: _("未定级"),
}
GRADES: dict[str, str | Promise] = {"a": _("甲等"), "b": _("乙等"), "c": _("丙等")}

KINDS: dict[Kind, str | Promise] = {
    Kind.GENERAL: _("综合医院"),
    Kind.TCM: _("中医医院"),
    Kind.MCH: _("妇幼保健机构"),
    Kind.PUBLIC_HEALTH: _("公共卫生医院"),
    Kind.SPECIALTY: _("专科医院"),
    Kind.COMMUNITY_CENTRE: _("社区卫生服务中心"),
    Kind.COMMUNITY_STATION: _("社区卫生服务站"),
    Kind.TOWNSHIP: _("镇卫生院"),
    Kind.VILLAGE_STATION: _("村卫生站"),
    Kind.REHABILITATION: _("康复医院"),
    Kind.NURSING_HOME: _("护理院"),
    Kind.NURSING_STATION: _("护理站"),
    Kind.CLINIC: _("诊所"),
    Kind.DOCTOR_STUDIO: _("医生工作室"),
    Kind.CENTRE: _("共享中心"),
    Kind.EMERGENCY: _("急救中心"),
    Kind.COMMISSION: _("卫生行政部门"),
    Kind.INSURER: _("医保经办机构"),
}

LINKS: dict[LinkKind, str | Promise] = {
    LinkKind.GROUP: _("医院集团"),
    LinkKind.ASSISTANCE: _("对口帮扶"),
    LinkKind.SPECIALTY: _("专科双向转诊"),
    LinkKind.GUIDANCE: _("专业指导"),
    LinkKind.VILLAGE: _("镇村一体"),
}


def tier_mark(tier: Tier | int | str) -> TierMark:
    """Word, shape and colour of a tier; raises ValueError for a number that is no tier."""
    return MARKS[Tier(int(tier))]


def kind_words(kind: Kind | str) -> str:
    return str(KINDS[Kind(kind)])


def level_words(level: Level | str, grade: str = "none") -> str:
    """ "三级甲等", "二级", "未定级"."""
    words = str(LEVELS[Level(level)])
    return gettext("%(level)s%(grade)s") % {"level": words, "grade": GRADES[grade]} if grade in GRADES else words


def link_words(kind: LinkKind | str) -> str:
    return str(LINKS[LinkKind(kind)])
