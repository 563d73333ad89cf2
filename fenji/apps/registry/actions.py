"""What people change in the network: posts given and ended, absences covered, duties set, institutions entered.

Every action is one transaction and leaves one audit event. `by=None` is the machine's own command line and the import.
"""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.accounts.policies import check_may, check_may_on
from fenji.apps.common import audit, clock, request_memory
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.registry import closing, policies, posts
from fenji.apps.registry.errors import AdministratorHasNoPost, CodeTaken, DutyTaken, PostHeld
from fenji.apps.registry.institutions import FIELDS, checked, save_aliases
from fenji.apps.registry.models import Absence, Department, Duty, Institution, Membership
from fenji.kernel.roles import Role

EXCLUDED = "23P01"  # exclusion_violation


@transaction.atomic
def give_post(
    user: User,
    institution: Institution,
    role: Role | str,
    *,
    by: User | None,
    department: Department | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Membership:
    """Let a person work at an institution from a day (today) until before another (open). An ended post revives.

    Raises PostHeld, AdministratorHasNoPost, Invalid for a foreign department, an unknown role or an empty span.
    """
    check_may_on("give_post", user.pk, by)
    at = clock.now()
    begins = valid_from or timezone.localdate(at)
    _check_post(user, institution, role, department, begins, valid_until)
    post, is_new = Membership.objects.select_for_update().get_or_create(
        user=user,
        institution=institution,
        department=department,
        role=Role(role),
        defaults={"valid_from": begins, "valid_until": valid_until},
    )
    if not is_new:
        if post.valid_until is None or post.valid_until > begins:
            raise PostHeld
        post.valid_from, post.valid_until = begins, valid_until
        post.save(update_fields=["valid_from", "valid_until"])
    request_memory.forget()
    audit.record("post.give", post, by=by, at=at, institution_id=institution.pk, details=_told(post))
    return post


@transaction.atomic
def end_post(post_id: int, *, by: User | None, on: date | None = None) -> Membership:
    """End a post: `on` (today) is the first day without. Raises NotFound; ending twice changes nothing."""
    at = clock.now()
    found = Membership.objects.select_for_update(of=("self",)).select_related("user", "institution")
    post = found.filter(pk=post_id).first()
    if post is None:
        raise NotFound
    check_may_on("end_post", post.user_id, by)
    day = max(on or timezone.localdate(at), post.valid_from)
    if post.valid_until is None or post.valid_until > day:
        post.valid_until = day
        post.save(update_fields=["valid_until"])
        request_memory.forget()
        audit.record("post.end", post, by=by, at=at, institution_id=post.institution_id, details=_told(post))
    return post


@transaction.atomic
def add_absence(
    user: User, covered_by: User, *, from_at: datetime, until_at: datetime, by: User | None, reason: str = ""
) -> Absence:
    """Someone is away and a colleague of the same institution covers. Raises Invalid, NotRotaKeeper."""
    at = clock.now()
    shared = _shared_institution(user, covered_by, timezone.localdate(from_at))
    if shared is None:
        raise Invalid(fields={"covered_by": _("替班人须是同一机构在任的另一位同事。")})
    roles = posts.roles_at(by, shared, timezone.localdate(at)) if by else frozenset()
    policies.check_can_keep_rota(roles, whose=user, by=by)
    _check_span(from_at, until_at)
    if posts.colleagues_covering(covered_by, from_at):
        raise Invalid(fields={"covered_by": _("替班人在这段时间自己也不在岗。")})
    absence = Absence.objects.create(
        user=user, covered_by=covered_by, from_at=from_at, until_at=until_at, reason=reason.strip()[:80]
    )
    audit.record("absence.add", absence, by=by, at=at, institution_id=shared, details={"covered_by": covered_by.pk})
    return absence


@transaction.atomic
def end_absence(absence_id: int, *, by: User | None) -> Absence:
    """The person is back: the cover ends now. An absence still to come is taken off. Raises NotFound, NotRotaKeeper."""
    at = clock.now()
    found = Absence.objects.select_for_update(of=("self",)).select_related("user", "covered_by")
    absence = found.filter(pk=absence_id).first()
    if absence is None:
        raise NotFound
    shared = _shared_institution(absence.user, absence.covered_by, timezone.localdate(at))
    roles = posts.roles_at(by, shared, timezone.localdate(at)) if by and shared else frozenset()
    policies.check_can_keep_rota(roles, whose=absence.user, by=by)
    audit.record("absence.end", absence, by=by, at=at, institution_id=shared)
    if absence.from_at >= at:
        absence.delete()
    elif absence.until_at > at:
        absence.until_at = at
        absence.save(update_fields=["until_at"])
    return absence


@transaction.atomic
def set_duty(department: Department, user: User, *, from_at: datetime, until_at: datetime, by: User | None) -> Duty:
    """Put someone on a department's duty phone for a span of time.

    Raises DutyTaken when part of the span is another's, Invalid for someone who does not work there, NotRotaKeeper.
    """
    at = clock.now()
    roles = posts.roles_at(by, department.institution_id, timezone.localdate(at)) if by else frozenset()
    policies.check_can_keep_rota(roles, whose=None, by=by)
    _check_span(from_at, until_at)
    if not posts.roles_at(user, department.institution_id, timezone.localdate(from_at)):
        raise Invalid(fields={"user": _("值班人须是本机构在任的工作人员。")})
    Department.objects.select_for_update(no_key=True).get(pk=department.pk)  # in turn: no deadlock on the constraint
    try:
        with transaction.atomic():
            duty = Duty.objects.create(department=department, user=user, from_at=from_at, until_at=until_at)
    except IntegrityError as error:
        if getattr(error.__cause__, "sqlstate", "") == EXCLUDED:
            raise DutyTaken from error
        raise
    audit.record("duty.set", duty, by=by, at=at, institution_id=department.institution_id, details={"user": user.pk})
    return duty


@transaction.atomic
def end_duty(duty_id: int, *, by: User | None) -> Duty:
    """Free a span of the rota: what has passed of it stays, the rest is open again. Raises NotFound, NotRotaKeeper."""
    at = clock.now()
    duty = Duty.objects.select_for_update(of=("self",)).select_related("department").filter(pk=duty_id).first()
    if duty is None:
        raise NotFound
    institution_id = duty.department.institution_id
    roles = posts.roles_at(by, institution_id, timezone.localdate(at)) if by else frozenset()
    policies.check_can_keep_rota(roles, whose=None, by=by)
    audit.record("duty.end", duty, by=by, at=at, institution_id=institution_id, details={"user": duty.user_id})
    if duty.from_at >= at:
        duty.delete()
    elif duty.until_at > at:
        duty.until_at = at
        duty.save(update_fields=["until_at"])
    return duty


@transaction.atomic
def register_institution(*, by: User | None, aliases: tuple[str, ...] = (), **fields: Any) -> Institution:
    """Enter an institution; `fields` as in `institutions.FIELDS`. Raises CodeTaken, Invalid naming each bad field."""
    check_may("run_system", by)
    at, values = clock.now(), checked(fields, is_new=True)
    institution = _saved(Institution(**values), aliases)
    audit.record("institution.register", institution, by=by, at=at, institution_id=institution.pk)
    return institution


@transaction.atomic
def update_institution(
    institution_id: int, *, by: User | None, aliases: tuple[str, ...] | None = None, **fields: Any
) -> Institution:
    """Change fields of an institution (all but its code); `valid_until` ends it.

    Raises as `register_institution`, and StillInUse with the list of what would be left hanging.
    """
    check_may("run_system", by)
    at, values = clock.now(), checked(fields, is_new=False)
    institution = Institution.objects.select_for_update(of=("self",)).filter(pk=institution_id).first()
    if institution is None:
        raise NotFound
    for name, value in values.items():
        setattr(institution, name, value)
    if values.get("valid_until"):
        closing.close(institution, values["valid_until"], by=by, at=at)
    institution = _saved(institution, aliases)
    details = {"fields": sorted(name for name in values if name in FIELDS)}
    audit.record("institution.update", institution, by=by, at=at, institution_id=institution.pk, details=details)
    return institution


def _saved(institution: Institution, aliases: tuple[str, ...] | None) -> Institution:
    try:
        with transaction.atomic():
            institution.save()
            if aliases is not None:
                save_aliases(institution, aliases)
    except IntegrityError as error:
        raise CodeTaken from error
    return institution


def _check_post(
    user: User,
    institution: Institution,
    role: Role | str,
    department: Department | None,
    begins: date,
    until: date | None,
) -> None:
    if user.office:
        raise AdministratorHasNoPost
    if role not in set(Role):
        raise Invalid(fields={"role": _("没有这个岗位。")})
    if user.is_program != (role == Role.PROGRAM):
        raise Invalid(fields={"role": _("系统账号只能担任“系统对接”岗位，人员不能担任。")})
    if department is not None and department.institution_id != institution.pk:
        raise Invalid(fields={"department": _("该机构没有这个科室。")})
    if until is not None and until <= begins:
        raise Invalid(fields={"valid_until": _("结束日期必须晚于开始日期。")})


def _check_span(from_at: datetime, until_at: datetime) -> None:
    if until_at <= from_at:
        raise Invalid(fields={"until_at": _("结束时间必须晚于开始时间。")})


def _shared_institution(user: User, other: User, on: date) -> int | None:
    """An institution at which both hold a post on the day."""
    if user.pk == other.pk:
        return None
    own = {post.institution_id for post in posts.posts_of(user, on)}
    return next((post.institution_id for post in posts.posts_of(other, on) if post.institution_id in own), None)


def _told(post: Membership) -> dict[str, Any]:
    until = post.valid_until.isoformat() if post.valid_until else None
    return {"user": post.user_id, "role": post.role, "from": post.valid_from.isoformat(), "until": until}
