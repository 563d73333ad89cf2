"""Sending a file in, seeing what it would do, confirming it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fenji.apps.common import clock
from fenji.apps.common.errors import NotFound
from fenji.exchange import actions, policies, queries
from fenji.exchange.errors import FileRefused
from fenji.exchange.exports import exports_for
from fenji.exchange.kinds import KINDS
from fenji.exchange.kinds.kind import Kind
from fenji.exchange.models import Upload
from fenji.exchange.sheet_writing import MEDIA_TYPE, template_of
from fenji.web.imports.exports import NAMES
from fenji.web.imports.forms import ExportForm, FileForm
from fenji.web.roles import PersonRequest, requires_login

SHOWN = 20


@requires_login
@require_GET
def overview(request: PersonRequest) -> HttpResponse:
    """What one may import and export, and one's own imports so far."""
    kinds, exports = policies.kinds_for(request.user, request.posts), exports_for(request.user, request.posts)
    if not kinds and not exports:
        raise NotFound
    shown = {
        "kinds": kinds,
        "exports": [(name, NAMES[name]) for name in exports],
        "export_form": ExportForm(),
        "uploads": [(one, KINDS[one.kind]) for one in queries.uploads_of(request.user)[:SHOWN]],
        "at": clock.now(),
    }
    return render(request, "imports/overview.html", shown)


@requires_login
@require_GET
def template(request: PersonRequest, kind: str) -> HttpResponse:
    found = _kind(request, kind)
    response = HttpResponse(template_of(found), content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{found.code}.xlsx"'
    return response


@requires_login
def send(request: PersonRequest, kind: str) -> HttpResponse:
    """The form, and the file that comes back with it; a file that is no table is refused beside its field."""
    found = _kind(request, kind)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if form.is_valid():
        try:
            made = actions.receive(
                found.code, name=form.cleaned_data["file"].name, content=form.content(), by=request.user,
                posts=request.posts, system=form.cleaned_data["system"],
            )  # fmt: skip
        except FileRefused as error:
            form.add_error("file", f"{error.message}{error.remedy}")
        else:
            return redirect("import_upload", made.pk)
    if policies.scope(request.user, found, request.posts) is not None:
        del form.fields["system"]
    return render(request, "imports/send.html", {"kind": found, "form": form}, status=422 if form.errors else 200)


@requires_login
@require_GET
def upload(request: PersonRequest, upload_id: UUID) -> HttpResponse:
    """How far it is, what it would do or did, and every bad row; asks by itself while the worker is at it."""
    found = queries.upload_of(request.user, upload_id)
    shown = {"upload": found, "kind": KINDS[found.kind], "lead": _lead(found), "at": clock.now()}
    is_part = request.headers.get("HX-Target") == "progress"
    response = render(request, "imports/upload.html#progress" if is_part else "imports/upload.html", shown)
    if is_part and not found.is_under_way:
        response["HX-Redirect"] = reverse("import_upload", args=[found.pk])
    return response


@requires_login
@require_POST
def confirm(request: PersonRequest, upload_id: UUID) -> HttpResponse:
    actions.confirm(upload_id, by=request.user)
    return redirect("import_upload", upload_id)


def _kind(request: PersonRequest, code: str) -> Kind:
    """A table this person may import; else the same 404 as for one that does not exist."""
    found = next((kind for kind in policies.kinds_for(request.user, request.posts) if kind.code == code), None)
    if found is None:
        raise NotFound
    return found


def _lead(upload: Upload) -> str:
    """The sentence at the top, by state."""
    if upload.state == "checked" and not upload.rows:
        return _("文件里没有数据：请在标题行下面逐行填写，再上传。")
    words = {
        "received": _("正在逐行检查，尚未写入任何数据。"),
        "checked": _("检查通过，尚未写入任何数据。请核对下面的数目，再确认导入。"),
        "refused": _("有错误，整个文件都没有导入。请按下表逐行改正后重新上传。"),
        "confirmed": _("正在导入；全部成功才会生效。"),
        "loaded": _("已导入。"),
        "expired": _("一天内没有确认，文件已清除。请重新上传。"),
    }
    return words[upload.state]
