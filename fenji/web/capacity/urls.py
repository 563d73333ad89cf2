"""Addresses of the capacity pages."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from fenji.kernel.roles import CLINICAL, Role
from fenji.web.capacity import board, compared, paper, public, region, reserve
from fenji.web.navigation import Entry

OFFICE = frozenset({Role.REFERRAL_OFFICE})

NAVIGATION = (
    Entry(
        _("号源总览"),
        "capacity",
        "table-cells",
        roles=OFFICE,
        also=("/capacity/list/", "/capacity/paper/", "/capacity/reserve/", "/capacity/region/", "/capacity/compared/"),
    ),
    Entry(_("全市空余"), "capacity_region", "map", roles=CLINICAL - OFFICE),  # the office comes from its board
    Entry(_("找门诊"), "clinics", "magnifying-glass", residents=True),
)

urlpatterns = [
    path("capacity/", board.board, name="capacity"),
    path("capacity/list/", board.printed, name="capacity_list"),
    path("capacity/paper/", paper.enter, name="capacity_paper"),
    path("capacity/reserve/", reserve.reserve, name="capacity_reserve"),
    path("capacity/compared/", compared.compared, name="capacity_compared"),
    path("capacity/region/", region.region, name="capacity_region"),
    path("me/clinics/", public.clinics, name="clinics"),
    path("me/clinics/<int:department_id>/", public.calendar, name="clinic_calendar"),
    path("me/clinics/<int:department_id>/book/", public.book, name="clinic_book"),
]
