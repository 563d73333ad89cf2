"""Addresses of the family doctor's desk."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from fenji.kernel.roles import PRIMARY
from fenji.web.family_doctor import desk, refer
from fenji.web.navigation import Entry

NAVIGATION = (
    Entry(_("今天"), "family_doctor", "home", roles=PRIMARY, also=("/referrals/",)),
    Entry(_("我的转诊"), "family_doctor_sent", "arrow-up-circle", roles=PRIMARY),
    Entry(_("下转接续"), "family_doctor_received", "arrow-down-circle", roles=PRIMARY),
)

urlpatterns = [
    path("family-doctor/", desk.today, name="family_doctor"),
    path("family-doctor/sent/", desk.sent, name="family_doctor_sent"),
    path("family-doctor/received/", desk.received, name="family_doctor_received"),
    path("family-doctor/follow-ups/<int:follow_up_id>/", desk.follow_up, name="follow_up"),
    path("refer/<uuid:resident_id>/", refer.refer, name="refer"),
    path("refer/drafts/<uuid:referral_id>/", refer.edit, name="refer_edit"),
    path("refer/diagnoses/", refer.diagnoses, name="refer_diagnoses"),
]
