"""Addresses of the resident's own pages."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from fenji.web.navigation import Entry
from fenji.web.resident import card, family, seen

NAVIGATION = (
    Entry(_("健康卡"), "my_card", "identification", residents=True),
    Entry(_("谁看过"), "my_seen", "eye", residents=True),
    Entry(_("家人"), "my_family", "users", residents=True),
)

urlpatterns = [
    path("me/", card.card, name="my_card"),
    path("me/seen/", seen.seen, name="my_seen"),
    path("me/family/", family.family, name="my_family"),
    path("me/family/<uuid:resident_id>/", family.choose, name="my_family_choose"),
    path("me/print/", card.print_size, name="my_print"),
]
