"""Addresses of the referral office's desk."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from fenji.kernel.roles import Role
from fenji.web.navigation import Entry
from fenji.web.referral_office import arrivals, calls, inbox, slots

OFFICE = frozenset({Role.REFERRAL_OFFICE})

NAVIGATION = (
    Entry(_("收件箱"), "office_inbox", "inbox-arrow-down", roles=OFFICE, also=("/referrals/",)),
    Entry(_("今日到诊"), "office_arrivals", "map-pin", roles=OFFICE),
    Entry(_("号源"), "office_slots", "calendar-days", roles=OFFICE),
    Entry(_("电话名单"), "office_calls", "phone", roles=OFFICE),
    Entry(_("本院转出"), "office_sent", "arrow-down-circle", roles=OFFICE),
)

urlpatterns = [
    path("office/", inbox.inbox, name="office_inbox"),
    path("office/sent/", inbox.sent, name="office_sent"),
    path("office/arrivals/", arrivals.arrivals, name="office_arrivals"),
    path("office/paper/<uuid:resident_id>/", arrivals.paper_slip, name="office_paper"),
    path("office/slots/", slots.slots, name="office_slots"),
    path("office/slots/<int:session_id>/close/", slots.close, name="office_close_clinic"),
    path("office/slots/<int:session_id>/reopen/", slots.reopen, name="office_reopen_clinic"),
    path("office/calls/", calls.calls, name="office_calls"),
    path("office/calls/<int:notice_id>/", calls.called, name="office_called"),
    path("office/complaints/<int:complaint_id>/", calls.answer, name="office_answer"),
]
