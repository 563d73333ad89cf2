"""Addresses of the reading centre's desk."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from fenji.kernel.roles import Role
from fenji.web.navigation import Entry
from fenji.web.reading_centre import desk

NAVIGATION = (Entry(_("诊断中心"), "reading_centre", "photo", roles=frozenset({Role.READER})),)

urlpatterns = [path("reading/", desk.reading_centre, name="reading_centre")]
