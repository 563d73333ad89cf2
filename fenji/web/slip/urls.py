"""The paper slip, and the status without an account."""

from django.urls import path

from fenji.web.slip import paper, status

urlpatterns = [
    path("slips/<uuid:referral_id>/", paper.slip, name="slip"),
    path("status/", status.status, name="status"),
    path("status/<str:number>/", status.status, name="status_of"),
]
