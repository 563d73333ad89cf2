"""Addresses of the hospital physician's desk."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from fenji.kernel.roles import Role
from fenji.web.clinic import desk, down
from fenji.web.navigation import Entry

PHYSICIAN = frozenset({Role.PHYSICIAN})

NAVIGATION = (
    Entry(_("我的病人"), "clinic", "heart", roles=PHYSICIAN, also=("/referrals/",)),
    Entry(_("今日到诊"), "office_arrivals", "map-pin", roles=PHYSICIAN),
    Entry(_("随诊指导"), "clinic_guidance", "chat-bubble-left-right", roles=PHYSICIAN),
)

urlpatterns = [
    path("clinic/", desk.patients, name="clinic"),
    path("clinic/send-down/<uuid:resident_id>/", down.send_down, name="clinic_send_down"),
    path("clinic/drafts/<uuid:referral_id>/", down.edit, name="clinic_down_edit"),
    path("clinic/guidance/", desk.guidance, name="clinic_guidance"),
    path("clinic/guidance/<int:follow_up_id>/", desk.guide, name="clinic_guide"),
]
