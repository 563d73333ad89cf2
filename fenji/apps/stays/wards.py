"""Wards and what stands in them, entered by hand or by import; closing a ward and opening it again."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import audit
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.common.free_text import fault_in
from fenji.apps.registry.models import Department
from fenji.apps.stays import standing
from fenji.apps.stays.models import Resource, Stay, Ward
from fenji.kernel.stays import LIVING, ResourceKind, StayState

REASON_LENGTH = 60


@dataclass(frozen=True)
class ResourceForm:
    """One bed, theatre, recovery place or machine as a hospital names it; its ward is made if it is new."""

    department_id: int
    ward_code: str
    ward_name: str
    code: str
    name: str = ""
    kind: ResourceKind = ResourceKind.BED
    ward_sex: int = 0
    sex: int = 0
    is_isolation: bool = False
    used_from: date | None = None
    used_until: date | None = None


@transaction.atomic
def put_resource(form: ResourceForm, *, by: User | None, at: datetime) -> tuple[Resource, bool, bool]:
    """Enter a resource or change it; whether it is new, and whether it was changed. Raises Invalid, NotFound.

    A bed with somebody in it or promised is not taken out of use before that ends.
    """
    department = Department.objects.filter(pk=form.department_id).first()
    if department is None:
        raise NotFound
    standing.check_can_keep(by, department.institution_id, at=at)
    ward, is_ward_changed = _put_ward(department, form)
    found = (
        Resource.objects.select_for_update(no_key=True)
        .filter(institution_id=department.institution_id, kind=form.kind, code=form.code)
        .first()
    )
    resource = found or Resource(
        institution_id=department.institution_id, kind=form.kind, code=form.code, used_from=form.used_from or at.date()
    )
    said = {
        "ward_id": ward.pk, "department_id": department.pk, "name": form.name or form.code, "sex": form.sex,
        "is_isolation": form.is_isolation, "used_until": form.used_until,
    }  # fmt: skip
    changed = [name for name, value in said.items() if getattr(resource, name) != value]
    if found is not None and not changed:
        return resource, False, is_ward_changed
    for name in changed:
        setattr(resource, name, said[name])
    _check(resource)
    resource.save()
    if found is not None and "ward_id" in changed:  # what lies there moves with it
        Stay.objects.filter(resource=resource, state__in=[state.value for state in LIVING]).update(ward_id=ward.pk)
    verb = "resource.register" if found is None else "resource.update"
    audit.record(verb, resource, by=by, at=at, institution_id=department.institution_id, details={"fields": changed})
    return resource, found is None, found is not None


@transaction.atomic
def close_ward(
    ward_id: int, reason: str, *, from_at: datetime, until_at: datetime | None, by: User | None, at: datetime
) -> list[Stay]:
    """Close a ward over a span; nothing is reserved there any more. Returns who was promised a bed in it, to be moved.

    Who lies there stays until transferred. Raises Invalid, NotFound.
    """
    reason = reason.strip()[:REASON_LENGTH]
    if fault := fault_in(reason) or ("" if reason else _("请填写停用原因。")):
        raise Invalid(fields={"reason": fault})
    if until_at is not None and until_at <= from_at:
        raise Invalid(fields={"until_at": _("结束须晚于开始。")})
    ward = _lock(ward_id, by, at)
    ward.closed_from, ward.closed_until, ward.closed_reason = from_at, until_at, reason
    ward.save(update_fields=["closed_from", "closed_until", "closed_reason"])
    audit.record("ward.close", ward, by=by, at=at, institution_id=ward.institution_id, reason=reason)
    # Waits for whoever is claiming there right now, and then sees what they reserved.
    list(ward.resources.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    promised = Stay.objects.filter(ward=ward, state__in=[StayState.HELD, StayState.RESERVED], until_at__gt=from_at)
    if until_at is not None:
        promised = promised.filter(from_at__lt=until_at)
    return list(promised.select_related("resource", "resident").order_by("from_at"))


@transaction.atomic
def open_ward(ward_id: int, *, by: User | None, at: datetime) -> Ward:
    """The ward is in use again."""
    ward = _lock(ward_id, by, at)
    ward.closed_from = ward.closed_until = None
    ward.closed_reason = ""
    ward.save(update_fields=["closed_from", "closed_until", "closed_reason"])
    audit.record("ward.open", ward, by=by, at=at, institution_id=ward.institution_id)
    return ward


def _put_ward(department: Department, form: ResourceForm) -> tuple[Ward, bool]:
    ward, is_new = Ward.objects.select_for_update(no_key=True).get_or_create(
        institution_id=department.institution_id, code=form.ward_code,
        defaults={"department": department, "name": form.ward_name or form.ward_code, "sex": form.ward_sex},
    )  # fmt: skip
    said = {"department_id": department.pk, "name": form.ward_name or ward.name, "sex": form.ward_sex}
    changed = [name for name, value in said.items() if getattr(ward, name) != value]
    for name in changed:
        setattr(ward, name, said[name])
    if changed:
        _check(ward)
        ward.save()
    return ward, is_new or bool(changed)


def _check(row: Ward | Resource) -> None:
    if row.sex not in {0, 1, 2}:
        raise Invalid(fields={"sex": _("性别限制应为男、女或不限。")})
    if isinstance(row, Resource) and row.used_until is not None:
        if row.used_until < row.used_from:
            raise Invalid(fields={"used_until": _("停用日期不能早于启用日期。")})
        living = Stay.objects.filter(resource_id=row.pk, state__in=[state.value for state in LIVING])
        if living.filter(until_at__date__gte=row.used_until).exists():
            raise Invalid(fields={"used_until": _("停用日期之后仍有病人或预留，请先安排。")})


def _lock(ward_id: int, by: User | None, at: datetime) -> Ward:
    ward = Ward.objects.select_for_update(no_key=True).filter(pk=ward_id).first()
    if ward is None:
        raise NotFound
    standing.check_can_keep(by, ward.institution_id, at=at)
    return ward
