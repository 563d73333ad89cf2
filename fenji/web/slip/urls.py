"""The paper slip, and the status without an account."""

from django.urls import path

from fenji.web.slip import paper, status

urlpatterns = [
    path("referrals/<uuid:referral_id>/slip/", paper.slip, name="slip"),
    path("status/", status.status, name="status"),
    path("status/<str:number>/", status.status, name="status_of"),
]
