"""People and their posts: a row a post, people known by the code their hospital gave them.

Accounts begin without a password: the security administrator gives each person a temporary one, told in person.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fenji.apps.accounts.importing import import_person
from fenji.apps.common.errors import Invalid
from fenji.apps.registry.actions import end_post, give_post
from fenji.apps.registry.models import Department, Institution, Membership
from fenji.exchange.cells import choice, code, day, up_to
from fenji.exchange.kinds.kind import Effect, Kind, Looks, Run, institution_of, looked_up, row_by_row
from fenji.exchange.table import Column
from fenji.kernel.roles import Office, Role

ROLES = {
    "乡村医生": Role.VILLAGE_DOCTOR, "护士或健康管理师": Role.NURSE, "家庭医生": Role.FAMILY_DOCTOR,
    "基层机构负责人": Role.PRIMARY_HEAD, "医院医师": Role.PHYSICIAN, "转诊协调员": Role.REFERRAL_OFFICE,
    "阅片医师": Role.READER, "医保经办": Role.INSURER, "卫生行政": Role.COMMISSION,
}  # fmt: skip

COLUMNS = (
    Column("source_code", "工号", code, gettext_lazy("来源系统的编号；再次导入按它更新"), "D0001", required=True),
    Column("name", "姓名", up_to(80), "", "示例医生", required=True),
    Column("username", "用户名", up_to(60), gettext_lazy("登录用，本市唯一，不再更改"), "demo-d0001", required=True),
    Column("title", "职称", up_to(40), "", "主治医师"),
    Column("licence", "执业证书编码", code, gettext_lazy("请设为文本格式")),
    Column("phone", "工作电话", up_to(30), ""),
    Column("institution", "机构", up_to(80), gettext_lazy("代码或名称；多点执业的每岗一行"), "yx-demo", required=True),
    Column("department", "科室代码", code, gettext_lazy("不分科的可不填"), "demo-cardio"),
    Column("role", "岗位", choice(ROLES), "、".join(ROLES), "医院医师", required=True),
    Column("valid_from", "任职日期", day, gettext_lazy("可不填，即今天"), "2026-01-05"),
    Column("valid_until", "离任日期", day, gettext_lazy("离任的第一天，可不填")),
)  # fmt: skip


def _put(values: dict[str, Any], run: Run) -> Effect:
    institution = institution_of(values["institution"], run)
    department = _department(institution, values["department"])
    user, is_new, is_changed = import_person(
        system=run.system, code=values["source_code"], username=values["username"], name=values["name"],
        title=values["title"], licence=values["licence"], phone=values["phone"], by=run.by,
    )  # fmt: skip
    held = Membership.objects.filter(user=user, institution=institution, department=department, role=values["role"])
    post = held.first()
    until = values["valid_until"]
    if post is None or (post.valid_until is not None and until is None):
        give_post(
            user, institution, values["role"], by=run.by, department=department,
            valid_from=values["valid_from"], valid_until=until,
        )  # fmt: skip
        is_changed = True
    elif until is not None and post.valid_until != until:
        end_post(post.pk, by=run.by, on=until)
        is_changed = True
    return Effect.NEW if is_new else Effect.CHANGED if is_changed else Effect.SAME


def _department(institution: Institution, code: str) -> Department | None:
    if not code:
        return None
    found = Department.objects.filter(institution=institution, code=code).first()
    if found is None:
        raise Invalid(fields={"department": _("该机构没有这个科室代码。")})
    return found


LOOKS: Looks = {
    ("institution",): lambda values, run: institution_of(values["institution"], run),
    ("institution", "department"): lambda values, run: _department(
        institution_of(values["institution"], run), values["department"]
    ),
}
KIND = Kind(
    "staff", gettext_lazy("人员与岗位"), COLUMNS, row_by_row(COLUMNS, _put, LOOKS), Office.SECURITY,
    besides=looked_up(COLUMNS, LOOKS),
)  # fmt: skip
