"""Tables out: each download leaves an audit event."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST

from fenji.apps.common import clock
from fenji.apps.common.errors import Invalid, NotFound
from fenji.exchange.exports import Asker, exports_for
from fenji.exchange.exports import export as made
from fenji.exchange.sheet_writing import MEDIA_TYPE
from fenji.web.imports.forms import ExportForm
from fenji.web.roles import PersonRequest, requires_login

NAMES = {
    "institutions": pgettext_lazy("menu", "机构"),
    "staff": _("人员与岗位"),
    "residents": _("本机构签约居民"),
    "figures": _("转诊统计（近 30 天）"),
}


@requires_login
@require_POST
def export(request: PersonRequest, what: str) -> HttpResponse:
    """By POST, so that no link and no crawler makes one; residents in the clear only for the head, with a reason."""
    if what not in exports_for(request.user, request.posts):
        raise NotFound
    form, at = ExportForm(request.POST), clock.now()
    form.full_clean()
    asker = Asker(request.user, request.posts, at)
    try:
        content = made(
            what, asker, reason=form.cleaned_data.get("reason", ""), unmasked=form.cleaned_data.get("unmasked", False)
        )
    except Invalid as error:
        form.add_error("reason", error.fields.get("reason", str(error.message)))
        return render(request, "imports/reason.html", {"form": form, "what": what, "name": NAMES[what]}, status=422)
    response = HttpResponse(content, content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{what}-{timezone.localdate(at):%Y%m%d}.xlsx"'
    response["Cache-Control"] = "no-store"
    return response
