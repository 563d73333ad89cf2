"""Who works in tiered care: the roles one can hold at an institution, and the offices that administer the system."""

from enum import StrEnum


class Role(StrEnum):
    """A post at one institution; one person may hold several (多点执业)."""

    VILLAGE_DOCTOR = "village_doctor"
    NURSE = "nurse"  # nurse or health manager (健康管理师)
    FAMILY_DOCTOR = "family_doctor"
    PRIMARY_HEAD = "primary_head"  # responsible person of a primary institution
    PHYSICIAN = "physician"  # hospital physician, clinic or ward
    REFERRAL_OFFICE = "referral_office"
    READER = "reader"  # reading centre
    INSURER = "insurer"
    COMMISSION = "commission"  # city, or county where the institution's region says so
    PROGRAM = "program"  # a hospital system calling the API


class Office(StrEnum):
    """Administrators (三员): one column on the account, so that nobody can hold two."""

    NONE = ""
    SYSTEM = "system"
    SECURITY = "security"
    AUDIT = "audit"


# Who treats: may open a care relation and write clinical content.
CLINICAL = frozenset({Role.VILLAGE_DOCTOR, Role.NURSE, Role.FAMILY_DOCTOR, Role.PRIMARY_HEAD, Role.PHYSICIAN})
PRIMARY = frozenset({Role.VILLAGE_DOCTOR, Role.NURSE, Role.FAMILY_DOCTOR, Role.PRIMARY_HEAD})
