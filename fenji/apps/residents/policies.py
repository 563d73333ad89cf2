"""Who may look at a resident, on what footing, and for how long."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from fenji.apps.common import free_text
from fenji.apps.common.errors import Forbidden, Invalid
from fenji.apps.residents.errors import NoReadingPost
from fenji.kernel.roles import CLINICAL, PRIMARY, Role

if TYPE_CHECKING:
    from fenji.apps.registry.models import Membership

SELF, PROXY = "self", "proxy"  # footings without a row of their own: the account is the relation
OWN_FOOTING = (SELF, PROXY)
# The posts from which a care relation of the institution may be used. Commission and insurer see figures, not people.
READING_ROLES = CLINICAL | {Role.REFERRAL_OFFICE, Role.PROGRAM}
REGISTERING_ROLES = READING_ROLES
# A department's relation does not keep out these: the office routes the patient, the program files the record.
WHOLE_HOUSE_ROLES = frozenset({Role.REFERRAL_OFFICE, Role.PROGRAM})
# Merging two people's records is decided by whoever answers for the institution, or its office.
MERGING_ROLES = frozenset({Role.PRIMARY_HEAD, Role.REFERRAL_OFFICE})
# Who compares a document with the face at a counter, and opens the resident's own account.
OPENING_ROLES = PRIMARY | {Role.REFERRAL_OFFICE}

VISIT_LASTS = timedelta(hours=24)
EMERGENCY_LASTS = timedelta(hours=3)  # as DHIS2's break-glass
PROOF_LASTS = timedelta(minutes=15)  # from finding a stranger by a document to opening the visit
REASON_AT_LEAST = 6  # characters; "急" alone explains nothing to the audit officer
REASON_AT_MOST = 200
TAIL_MISSES_PER_HOUR = 20  # by one person; more is guessing


class Purpose(TextChoices):
    """Why a resident's data were opened, as the audit trail and the resident's own page name it."""

    CARE = "care", _("诊疗")
    REFERRAL = "referral", _("转诊")
    CONTACT = "contact", _("联系居民")
    IDENTITY = "identity", _("核对证件")
    MERGE = "merge", _("核对重复登记")
    OWN = "own", _("本人或家属查看")


def check_can_register(posts: Iterable["Membership"]) -> None:
    """Raise NoReadingPost unless one of the posts may register and receive patients."""
    if not any(post.role in REGISTERING_ROLES for post in posts):
        raise NoReadingPost


def check_can_change(relation_kind: str) -> None:
    """Nobody edits the own record or the family's, nor what an emergency let them read."""
    if relation_kind in OWN_FOOTING:
        raise Forbidden(_("本人或家属的登记信息请由同事更正。"))
    if relation_kind == "emergency":
        raise Forbidden(_("紧急查阅只能阅读，不能更正。"))


def check_can_break_glass(posts: Iterable["Membership"]) -> None:
    """Only who treats may read in an emergency; an office or a program may not."""
    if not any(post.role in CLINICAL for post in posts):
        raise NoReadingPost(_("只有临床岗位可以紧急查阅。"))


def check_can_merge(posts: Iterable["Membership"]) -> None:
    if not can_merge(posts):
        raise NoReadingPost(_("只有机构负责人或转诊办可以合并重复登记。"))


def can_merge(posts: Iterable["Membership"]) -> bool:
    return any(post.role in MERGING_ROLES for post in posts)


def check_can_open_account(posts: Iterable["Membership"]) -> None:
    if not can_open_account(posts):
        raise NoReadingPost(_("居民账号由基层医务人员或转诊办在柜台当面办理。"))


def can_open_account(posts: Iterable["Membership"]) -> bool:
    return any(post.role in OPENING_ROLES for post in posts)


def check_reason(reason: str) -> str:
    """The reason without outer space; raises Invalid when it explains nothing or holds an ID or phone number."""
    reason = reason.strip()
    if len(reason) < REASON_AT_LEAST:
        raise Invalid(fields={"reason": _("请写明原因，至少 %(n)s 个字。") % {"n": REASON_AT_LEAST}})
    if len(reason) > REASON_AT_MOST:
        raise Invalid(fields={"reason": _("原因过长，最多 %(n)s 个字。") % {"n": REASON_AT_MOST}})
    if fault := free_text.fault_in(reason):
        raise Invalid(fields={"reason": fault})
    return reason


def covers(post: "Membership", department_id: int | None) -> bool:
    """Whether a relation held by the post's institution (or one of its departments) may be used from this post."""
    return department_id is None or covers_whole(post) or post.department_id == department_id


def covers_whole(post: "Membership") -> bool:
    """Whether the post sees every department's relations of its institution."""
    return post.department_id is None or post.role in WHOLE_HOUSE_ROLES
