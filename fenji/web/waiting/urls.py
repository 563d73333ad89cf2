"""Addresses of the waiting list."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from fenji.kernel.roles import Role
from fenji.web.navigation import Entry
from fenji.web.waiting import desk, one, own

NAVIGATION = (Entry(_("候补名单"), "waiting_list", "queue-list", roles=frozenset({Role.REFERRAL_OFFICE})),)

urlpatterns = [
    path("waiting/", desk.waiting_list, name="waiting_list"),
    path("waiting/<uuid:entry_id>/", one.entry, name="waiting_entry"),
    path("waiting/<uuid:entry_id>/leave/", one.leave, name="waiting_leave"),
    path("waiting/offers/<uuid:offer_id>/<slug:reply>/", one.answer, name="waiting_answer"),
    path("waiting/referrals/<uuid:referral_id>/", one.enter, name="waiting_enter"),
    path("me/waiting/", own.own, name="my_waiting"),
    path("me/waiting/<uuid:entry_id>/leave/", own.leave, name="my_waiting_leave"),
    path("me/waiting/offers/<uuid:offer_id>/<slug:reply>/", own.answer, name="my_waiting_answer"),
    path("me/clinics/<int:department_id>/wait/", own.enter, name="clinic_wait"),
]
