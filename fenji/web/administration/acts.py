"""What the security administrator does to an account by one press, asked once more on a page of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fenji.apps.accounts import actions, lockout, queries, second_factor
from fenji.apps.accounts.models import User
from fenji.apps.common import clock
from fenji.apps.common.errors import NotFound
from fenji.apps.registry.posts import posts_of
from fenji.kernel.roles import Office
from fenji.web.administration.secrets import show_once
from fenji.web.presenters.dates import local
from fenji.web.presenters.people import masked_name
from fenji.web.roles import PersonRequest, requires_office


@dataclass(frozen=True)
class Act:
    """`applies` says when the button stands on the page; the action itself decides whether it may be done."""

    slug: str
    label: Promise
    lead: Promise
    do: Callable[[int, PersonRequest], Any]
    applies: Callable[[User], bool]
    tone: str = ""
    asks_reason: bool = False


def _disable(user_id: int, request: PersonRequest) -> None:
    actions.disable(user_id, reason=request.POST.get("reason", ""), by=request.user)


def _set_password(user_id: int, request: PersonRequest) -> None:
    password = actions.set_password(user_id, by=request.user)
    show_once(request, queries.get(user_id), str(_("临时密码")), password)


def _giving(office: Office) -> Callable[[int, PersonRequest], Any]:
    return lambda user_id, request: actions.give_office(user_id, office, by=request.user)


def _is_at_work(user: User) -> bool:
    return bool(posts_of(user, local(clock.now()).date()))


def _can_get_office(user: User) -> bool:
    """The action decides; a person who works at an institution is only not offered it."""
    return user.is_active and not user.is_program and not user.office and not _is_at_work(user)


ACTS: dict[str, Act] = {
    act.slug: act
    for act in (
        Act(
            "password",
            _("重置密码"),
            _("生成新的临时密码；原密码和所有登录立即失效。"),
            _set_password,
            lambda user: not user.is_program,
        ),
        Act(
            "unlock",
            _("解除锁定"),
            _("清除失败记录，可以马上再登录。"),
            lambda user_id, request: actions.unlock(user_id, by=request.user),
            lockout.is_locked,
        ),
        Act(
            "second-factor",
            _("重置动态码"),
            _("手机遗失或更换时使用；下次登录时重新绑定。请先核实本人身份。"),
            lambda user_id, request: actions.reset_second_factor(user_id, by=request.user),
            second_factor.is_enrolled,
        ),
        Act(
            "disable",
            _("停用账号"),
            _("所有登录和令牌立即失效。账号和已有记录保留。"),
            _disable,
            lambda user: user.is_active,
            tone="danger",
            asks_reason=True,
        ),
        Act(
            "enable",
            _("恢复账号"),
            _("恢复后可以用原密码登录；令牌需重新签发。"),
            lambda user_id, request: actions.enable(user_id, by=request.user),
            lambda user: not user.is_active,
        ),
        Act(
            "system",
            _("任命为系统管理员"),
            _("负责机构、导入、规则版本和运行，不能管账号，不能看审计和病人。"),
            _giving(Office.SYSTEM),
            _can_get_office,
        ),
        Act(
            "security",
            _("任命为安全管理员"),
            _("负责账号、岗位和解锁，不能看审计和病人。"),
            _giving(Office.SECURITY),
            _can_get_office,
        ),
        Act(
            "audit",
            _("任命为审计管理员"),
            _("负责查看审计记录、复核紧急查阅，不能改动任何内容。"),
            _giving(Office.AUDIT),
            _can_get_office,
        ),
        Act(
            "take-office",
            _("免去管理职务"),
            _("其所有登录立即退出。"),
            lambda user_id, request: actions.take_office(user_id, by=request.user),
            lambda user: bool(user.office),
            tone="danger",
        ),
    )
}


def acts_for(user: User, *, by: User) -> list[Act]:
    """The buttons on the page of an account; none on one's own."""
    return [] if user.pk == by.pk else [act for act in ACTS.values() if act.applies(user)]


@requires_office(Office.SECURITY)
def act(request: PersonRequest, user_id: int, act: str) -> HttpResponse:
    asked, user = ACTS.get(act), queries.person(user_id, by=request.user)
    if asked is None:
        raise NotFound
    if request.method != "POST":
        name = masked_name(user.name) if queries.is_residents_only(user) else user.name
        return render(request, "administration/act.html", {"act": asked, "person": user, "name": name})
    asked.do(user_id, request)
    messages.success(request, str(asked.label) + " ✓")
    return redirect("administration_person", user_id)
