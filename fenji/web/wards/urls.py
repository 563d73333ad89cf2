"""Addresses of the wards' desks."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from fenji.apps.stays.policies import HOSPITAL, WARD_STAFF
from fenji.kernel.roles import PRIMARY, Role
from fenji.web.navigation import Entry
from fenji.web.wards import bed, board, day_surgery, desk, going_down, opening, readings

NAVIGATION = (
    Entry(_("病区床位"), "wards", "squares-2x2", roles=WARD_STAFF),
    Entry(_("床位安排"), "beds_desk", "home", roles=frozenset({Role.REFERRAL_OFFICE})),
    Entry(_("下转建议"), "going_down", "arrow-trending-down", roles=HOSPITAL | PRIMARY),
    Entry(_("日间手术"), "day_surgery", "scissors", roles=HOSPITAL),
)

urlpatterns = [
    path("wards/", board.board, name="wards"),
    path("wards/checked/", board.checked, name="wards_checked"),
    path("wards/beds/<int:bed_id>/", bed.one, name="ward_bed"),
    path("wards/beds/<int:bed_id>/<slug:verb>/", bed.act, name="ward_bed_act"),
    path("wards/stays/<uuid:stay_id>/readings/", readings.one, name="ward_readings"),
    path("beds/", desk.desk, name="beds_desk"),
    path("beds/referrals/<uuid:referral_id>/", desk.give, name="beds_give"),
    path("beds/stays/<uuid:stay_id>/cancel/", desk.cancel, name="beds_cancel"),
    path("beds/wards/<int:ward_id>/hand-over/", desk.hand_over, name="beds_hand_over"),
    path("beds/differences/<int:difference_id>/", desk.settle, name="beds_settle"),
    path("going-down/", going_down.proposals, name="going_down"),
    path("going-down/<uuid:proposal_id>/", going_down.accept, name="going_down_accept"),
    path("going-down/<uuid:proposal_id>/decline/", going_down.decline, name="going_down_decline"),
    path("day-surgery/", day_surgery.desk, name="day_surgery"),
    path("day-surgery/opening/", opening.opening, name="day_surgery_opening"),
    path("day-surgery/new/<uuid:resident_id>/", day_surgery.new, name="day_surgery_new"),
    path("day-surgery/<uuid:surgery_id>/", day_surgery.one, name="day_surgery_one"),
    path("day-surgery/<uuid:surgery_id>/hand-over/", day_surgery.hand_over, name="day_surgery_hand_over"),
    path("day-surgery/calls/<int:call_id>/", day_surgery.called, name="day_surgery_called"),
]
