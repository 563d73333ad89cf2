"""Addresses of the resident's own pages."""

from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fenji.web.navigation import Entry
from fenji.web.resident import appointments, card, family, messages, moving, own_bookings, referrals, seen

NAVIGATION = (
    Entry(pgettext_lazy("menu", "就诊"), "my_now", "home", residents=True),
    Entry(_("预约"), "my_appointments", "calendar-days", residents=True),
    Entry(_("消息"), "my_messages", "chat-bubble-left-right", residents=True),
    Entry(_("健康卡"), "my_card", "identification", residents=True, also=("/me/seen/", "/me/family/")),
)

urlpatterns = [
    path("me/", referrals.now, name="my_now"),
    path("me/referrals/", referrals.past, name="my_referrals"),
    path("me/referrals/<uuid:referral_id>/", referrals.show, name="my_referral"),
    path("me/referrals/<uuid:referral_id>/<slug:action>/", moving.move, name="my_move"),
    path("me/appointments/", appointments.appointments, name="my_appointments"),
    path("me/appointments/<uuid:booking_id>/cancel/", own_bookings.cancel, name="my_appointment_cancel"),
    path("me/appointments/<uuid:booking_id>/move/", own_bookings.move, name="my_appointment_move"),
    path("me/messages/", messages.messages, name="my_messages"),
    path("me/card/", card.card, name="my_card"),
    path("me/seen/", seen.seen, name="my_seen"),
    path("me/family/", family.family, name="my_family"),
    path("me/family/<uuid:resident_id>/", family.choose, name="my_family_choose"),
    path("me/print/", card.print_size, name="my_print"),
]
