"""Addresses of the insurer's desk."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from fenji.kernel.roles import Role
from fenji.web.insurer import desk
from fenji.web.navigation import Entry

NAVIGATION = (Entry(_("转诊备查"), "insurer", "clipboard-document-list", roles=frozenset({Role.INSURER})),)

urlpatterns = [
    path("insurer/", desk.insurer, name="insurer"),
    path("insurer/export/", desk.export, name="insurer_export"),
]
