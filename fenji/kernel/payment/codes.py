"""The axes of every payment table. Names in lower case are the rulebook's words; the numbers are those of a batch."""

from enum import IntEnum


class Scheme(IntEnum):
    """险种."""

    EMPLOYEE = 0  # 职工基本医疗保险
    RESIDENT = 1  # 城乡居民基本医疗保险


class Setting(IntEnum):
    """待遇类别."""

    OUTPATIENT = 0  # 普通门诊统筹
    CHRONIC = 1  # 门诊慢性病
    SPECIAL = 2  # 门诊特殊病种（特定病种）
    INPATIENT = 3  # 住院
    DAY_SURGERY = 4  # 日间手术


class PayTier(IntEnum):
    """支付级别: by level of the hospital; below hospitals, the village station apart from the health centre."""

    VILLAGE = 0  # 村卫生站
    COMMUNITY = 1  # 镇卫生院、社区卫生服务中心、一级医院
    SECONDARY = 2  # 二级医院
    TERTIARY = 3  # 三级医院


class Order(IntEnum):
    """住院次序 within a person's year."""

    FIRST = 0
    SECOND = 1
    LATER = 2


class ReferralState(IntEnum):
    """How the care came about, resolved from referrals and filings; up to EXEMPT it is compliant (合规)."""

    FIRST_CONTACT = 0  # 首诊
    REFERRED = 1  # 经转诊
    EMERGENCY = 2  # 急诊（按时备案）
    EXEMPT = 3  # 特殊人群自主选择
    UNREFERRED = 4  # 未经转诊
    OUT_OF_REGION = 5  # 异地，已备案
    OUT_OF_REGION_UNFILED = 6  # 异地，未备案


class Group(IntEnum):
    """人员类别."""

    GENERAL = 0
    RETIRED = 1  # 退休
    MINOR = 2  # 未成年人、学生
    LOW_INCOME = 3  # 低保对象
    DESTITUTE = 4  # 特困人员


class ItemKind(IntEnum):
    DRUG = 0  # 药品
    SERVICE = 1  # 诊疗项目
    MATERIAL = 2  # 医用耗材


class Band(IntEnum):
    """大病保险分段, low to high."""

    I = 0  # noqa: E741
    II = 1
    III = 2
    IV = 3


class ChainMode(IntEnum):
    """What a further stay of one referral chain does to the deductible (连续计算起付线)."""

    ANEW = 0  # 每次重新计算
    DIFFERENCE = 1  # 上转补差，下转不计
    WAIVED = 2  # 转诊后不再计


class Rounding(IntEnum):
    """The number is what is added before permille are cut off to 分."""

    DOWN = 0  # 舍去
    HALF_UP = 500  # 四舍五入
    UP = 999  # 进一
