"""Addresses of imports and exports. Who holds no post and no office finds none of them."""

from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _

from fenji.kernel.roles import Office
from fenji.web.imports import exports, uploads
from fenji.web.navigation import Entry

OFFICES = frozenset({Office.SYSTEM, Office.SECURITY})
NAVIGATION = (
    Entry(_("导入与导出"), "imports", "arrow-up-tray", offices=OFFICES),
)  # others: in the menu of the account

urlpatterns: list[URLPattern | URLResolver] = [
    path("imports/", uploads.overview, name="imports"),
    path("imports/templates/<slug:kind>.xlsx", uploads.template, name="import_template"),
    path("imports/new/<slug:kind>/", uploads.send, name="import_send"),
    path("imports/<uuid:upload_id>/", uploads.upload, name="import_upload"),
    path("imports/<uuid:upload_id>/confirm/", uploads.confirm, name="import_confirm"),
    path("exports/<slug:what>/", exports.export, name="export"),
]
