"""Departments entered or changed by an import, known by their institution and code."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.accounts.policies import check_may
from fenji.apps.common import audit
from fenji.apps.common.errors import Invalid
from fenji.apps.registry.models import Department, Institution


@transaction.atomic
def put_department(
    institution: Institution, code: str, *, by: User | None, source_system: str = "", valid_until: date | None = None,
    **fields: Any,
) -> tuple[Department, bool, bool]:  # fmt: skip
    """Enter a department, or change the fields given; whether it is new, and whether it was changed.

    Raises Invalid for a second coordination office, NotYourOffice.
    """
    check_may("run_system", by)
    found = Department.objects.select_for_update().filter(institution=institution, code=code).first()
    department = found or Department(institution=institution, code=code, source_system=source_system)
    changes = {**fields, **({"valid_until": valid_until} if valid_until else {})}
    changed = [name for name, value in changes.items() if getattr(department, name) != value]
    if found is not None and not changed:
        return department, False, False
    for name in changed:
        setattr(department, name, changes[name])
    try:
        with transaction.atomic():
            department.save()
    except IntegrityError as error:
        if "one_office_per_institution" in str(error):
            raise Invalid(fields={"is_office": _("该机构已有转诊协调部门。")}) from error
        raise
    verb = "department.register" if found is None else "department.update"
    audit.record(verb, department, by=by, institution_id=institution.pk, details={"fields": sorted(changed)})
    return department, found is None, found is not None
