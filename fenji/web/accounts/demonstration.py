"""The demonstration's people on the login page: grouped by where they work, each with one line on what they do."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fenji.apps.accounts import queries
from fenji.apps.accounts.models import User
from fenji.apps.common import clock
from fenji.apps.registry.posts import posts_of
from fenji.kernel.roles import PRIMARY, Office, Role
from fenji.web.presenters.dates import local
from fenji.web.presenters.names import short_name
from fenji.web.presenters.posts import office_words, role_words
from fenji.web.session import first_post

Words = str | Promise
AT_MOST_PER_ROLE = 3

DOES: dict[Role, Words] = {
    Role.VILLAGE_DOCTOR: _("在村里看诊，把需要上转的居民报给镇卫生院"),
    Role.NURSE: _("随访签约居民，接续下转后的康复与用药"),
    Role.FAMILY_DOCTOR: _("看诊、发起转诊并当场约号，查看结果，接续下转的居民"),
    Role.PRIMARY_HEAD: _("签批本机构转出的病人，看本机构的时限"),
    Role.PHYSICIAN: _("接诊转来的病人，回复诊治结果，下转康复"),
    Role.REFERRAL_OFFICE: _("接收、分派、预约，处理超时，登记到诊"),
    Role.READER: _("为基层出具影像、心电诊断"),
    Role.INSURER: _("查看转诊备案"),
    Role.COMMISSION: _("看全市（本县）上下转的流量、等候与超时"),
    Role.PROGRAM: _("接口程序"),
}
OFFICE_DOES: dict[Office, Words] = {
    Office.SYSTEM: _("机构、导入、规则版本与运行状况"),
    Office.SECURITY: _("开设账号、授予岗位、解锁"),
    Office.AUDIT: _("查看审计记录，复核紧急查阅"),
}
RESIDENT, AT_PRIMARY, AT_HOSPITAL, AT_AUTHORITY, ADMINISTRATION = (
    _("居民"),
    _("基层"),
    _("医院与诊断中心"),
    _("卫健与医保"),
    _("系统管理"),
)
RESIDENT_DOES = _("看自己的转诊走到哪一步、预约和医生的话")


@dataclass(frozen=True)
class Person:
    user: User
    role: str
    place: str  # where the session begins; then the other places of work
    does: Words


@dataclass(frozen=True)
class Group:
    title: Words
    people: list[Person]


def groups() -> list[Group]:
    """In the order of the story: resident, primary care, hospital, authority, administration."""
    found: dict[Words, list[Person]] = {
        title: [] for title in (RESIDENT, AT_PRIMARY, AT_HOSPITAL, AT_AUTHORITY, ADMINISTRATION)
    }
    for title, person in _people(queries.demonstration_accounts()):
        if sum(other.role == person.role for other in found[title]) < AT_MOST_PER_ROLE:
            found[title].append(person)
    return [Group(title, people) for title, people in found.items() if people]


def _people(users: Iterable[User]) -> Iterable[tuple[Words, Person]]:
    today = local(clock.now()).date()
    for user in users:
        if user.office:
            office = Office(user.office)
            yield ADMINISTRATION, Person(user, office_words(office), "", OFFICE_DOES[office])
            continue
        posts = posts_of(user, today)
        post = first_post(user, posts)
        if post is None:
            yield RESIDENT, Person(user, str(RESIDENT), "", RESIDENT_DOES)
            continue
        role = Role(post.role)
        houses = dict.fromkeys(short_name(one.institution) for one in (post, *posts))
        yield _group_of(role), Person(user, role_words(role), "、".join(houses), DOES[role])


def _group_of(role: Role) -> Words:
    if role in PRIMARY:
        return AT_PRIMARY
    return AT_AUTHORITY if role in {Role.INSURER, Role.COMMISSION} else AT_HOSPITAL
