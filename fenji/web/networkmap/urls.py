"""Addresses of the network."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from fenji.web.navigation import Entry
from fenji.web.networkmap import views

NAVIGATION = (Entry(_("医疗网络"), "network", "share"),)

urlpatterns = [
    path("network/", views.network_page, name="network"),
    path("network/<slug:code>/", views.institution_page, name="institution"),
]
