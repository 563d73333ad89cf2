"""The demonstration's logins as plain data: one per role, along the road from a village to the city and back.

No Django here: the supervisor prints the list without loading it.
"""

from dataclasses import dataclass

from fenji.kernel.roles import Office, Role

PASSWORD = "yangjiang-demo"  # noqa: S105  everybody may know it; production refuses to start with these accounts


@dataclass(frozen=True)
class Login:
    """One account. `institution` and `department` are codes of the city pack; administrators have an office instead."""

    username: str
    name: str
    post: str  # Chinese and English, as printed
    role: Role | None = None
    institution: str = ""
    department: str = ""
    office: Office = Office.NONE
    title: str = ""


TOWNSHIP, COUNTY, CITY = "jiangcheng-shuangjie-township", "jiangcheng-people", "yangjiang-people"

LOGINS = (
    Login("resident", "", "居民 / resident"),
    Login("village", "陈桂芳", "乡村医生 / village doctor", Role.VILLAGE_DOCTOR, "jiangcheng-shuangjie-v01"),
    Login("nurse", "谭秀英", "护士、健康管理师 / nurse", Role.NURSE, TOWNSHIP),
    Login(
        "doctor",
        "林国强",
        "家庭医生 / family doctor",
        Role.FAMILY_DOCTOR,
        TOWNSHIP,
        "general_practice",
        title="主治医师",
    ),
    Login(
        "head",
        "梁志明",
        "基层机构负责人 / head of a primary institution",
        Role.PRIMARY_HEAD,
        TOWNSHIP,
        title="副主任医师",
    ),
    Login(
        "township-office", "关小燕", "乡镇转诊协调 / township referral office", Role.REFERRAL_OFFICE, TOWNSHIP, "office"
    ),
    Login("county-office", "敖文静", "区级转诊办 / county referral office", Role.REFERRAL_OFFICE, COUNTY, "office"),
    Login("office", "黄丽珍", "市级转诊办 / city referral office", Role.REFERRAL_OFFICE, CITY, "office"),
    Login(
        "physician",
        "冯永康",
        "医院医生 / hospital physician",
        Role.PHYSICIAN,
        CITY,
        "cardiology",
        title="主任医师",
    ),
    Login("reader", "曾建华", "远程诊断医师 / reading centre", Role.READER, CITY, title="副主任医师"),
    Login("insurer", "岑少华", "医保经办 / insurer", Role.INSURER, "yangjiang-insurer"),
    Login("commission", "许伟民", "市卫健部门 / city commission", Role.COMMISSION, "yangjiang-commission"),
    Login("county-commission", "蓝彩云", "区卫健部门 / county commission", Role.COMMISSION, "jiangcheng-commission"),
    Login("system", "莫永亮", "系统管理员 / system administrator", office=Office.SYSTEM),
    Login("security", "姚慧敏", "安全管理员 / security administrator", office=Office.SECURITY),
    Login("audit", "容志坚", "审计管理员 / audit administrator", office=Office.AUDIT),
)
