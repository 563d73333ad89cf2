"""The demonstration's logins as plain data: one per role, along the road from a village to the city and back.

No Django here: the supervisor prints the list without loading it.
"""

from dataclasses import dataclass

from fenji.kernel.roles import Office, Role

PASSWORD = "yangjiang-demo"  # noqa: S105  everybody may know it; production refuses to start with these accounts


@dataclass(frozen=True)
class Login:
    """One login. Staff are people of the invented network, found by post; administrators have an office instead."""

    username: str
    post: str  # Chinese and English, as printed
    role: Role | None = None
    institution: str = ""  # code of the city pack, as is `department`
    department: str = ""
    office: Office = Office.NONE
    name: str = ""  # of an administrator


VILLAGE, TOWNSHIP = "jiangcheng-shuangjie-v01", "jiangcheng-shuangjie-township"
COUNTY, CITY = "jiangcheng-people", "yangjiang-people"

LOGINS = (
    Login("resident", "居民 / resident"),
    Login("village", "乡村医生 / village doctor", Role.VILLAGE_DOCTOR, VILLAGE),
    Login("nurse", "护士、健康管理师 / nurse", Role.NURSE, TOWNSHIP),
    Login("doctor", "家庭医生 / family doctor", Role.FAMILY_DOCTOR, TOWNSHIP, "general_practice"),
    Login("head", "基层机构负责人 / head of a primary institution", Role.PRIMARY_HEAD, TOWNSHIP),
    Login("township-office", "卫生院转诊办 / township referral office", Role.REFERRAL_OFFICE, TOWNSHIP, "office"),
    Login("county-office", "区人民医院转诊办 / county referral office", Role.REFERRAL_OFFICE, COUNTY, "office"),
    Login("county-physician", "区人民医院医生 / county physician", Role.PHYSICIAN, COUNTY, "cardiology"),
    Login("county-surgeon", "区人民医院外科医生 / county surgeon", Role.PHYSICIAN, COUNTY, "surgery"),
    Login("office", "市人民医院转诊办 / city referral office", Role.REFERRAL_OFFICE, CITY, "office"),
    Login("physician", "市人民医院医生 / city physician", Role.PHYSICIAN, CITY, "cardiology"),
    Login("reader", "远程诊断医师 / reading centre", Role.READER, CITY, "imaging"),
    Login("insurer", "医保经办 / insurer", Role.INSURER, "yangjiang-insurer"),
    Login("commission", "市卫生计生局 / city commission", Role.COMMISSION, "yangjiang-commission"),
    Login("county-commission", "区卫生计生局 / county commission", Role.COMMISSION, "jiangcheng-commission"),
    Login("system", "系统管理员 / system administrator", office=Office.SYSTEM, name="莫永亮"),
    Login("security", "安全管理员 / security administrator", office=Office.SECURITY, name="姚慧敏"),
    Login("audit", "审计管理员 / audit administrator", office=Office.AUDIT, name="容志坚"),
)
