"""The four tiers of care and where an institution stands among them."""

from enum import IntEnum, StrEnum


class Tier(IntEnum):
    """Low to high; each has one colour and one shape on every page."""

    VILLAGE = 1
    TOWNSHIP = 2  # township health centre or community health centre
    COUNTY = 3
    CITY = 4


class Level(StrEnum):
    """Hospital level (医院等级)."""

    TERTIARY = "tertiary"  # 三级
    SECONDARY = "secondary"  # 二级
    PRIMARY = "primary"  # 一级
    NONE = "none"  # 未定级


class Grade(StrEnum):
    """Grade within a level (甲乙丙); NONE where not graded or not known."""

    A = "a"
    B = "b"
    C = "c"
    NONE = "none"


class Kind(StrEnum):
    """Class of institution; `ws218` in the network data gives its WS 218 code."""

    GENERAL = "general"  # 综合医院
    TCM = "tcm"  # 中医医院
    MCH = "mch"  # 妇幼保健
    PUBLIC_HEALTH = "public_health"  # 公共卫生医院
    SPECIALTY = "specialty"  # 专科医院
    COMMUNITY_CENTRE = "community_centre"  # 社区卫生服务中心
    COMMUNITY_STATION = "community_station"  # 社区卫生服务站
    TOWNSHIP = "township"  # 镇卫生院
    VILLAGE_STATION = "village_station"  # 村卫生站
    REHABILITATION = "rehabilitation"  # 康复医院
    NURSING_HOME = "nursing_home"  # 护理院
    NURSING_STATION = "nursing_station"  # 护理站
    CLINIC = "clinic"  # 私人诊所
    DOCTOR_STUDIO = "doctor_studio"  # 医生工作室
    CENTRE = "centre"  # 第三方或共享中心
    EMERGENCY = "emergency"  # 急救中心
    COMMISSION = "commission"  # 卫生行政部门
    INSURER = "insurer"  # 医保经办


PRIMARY_KINDS = frozenset(
    {
        Kind.COMMUNITY_CENTRE,
        Kind.COMMUNITY_STATION,
        Kind.TOWNSHIP,
        Kind.VILLAGE_STATION,
        Kind.CLINIC,
        Kind.DOCTOR_STUDIO,
    }
)


class LinkKind(StrEnum):
    """How two institutions are tied (requirement A4)."""

    GROUP = "group"  # 医院集团成员
    ASSISTANCE = "assistance"  # 对口帮扶
    SPECIALTY = "specialty"  # 专科帮扶与双向转诊
    GUIDANCE = "guidance"  # 专业指导
    VILLAGE = "village"  # 镇村一体化


class Basis(StrEnum):
    """How well a figure or row is founded: stated in the source, unverified, or assumed by us."""

    STATED = "stated"
    UNVERIFIED = "unverified"
    ASSUMED = "assumed"
