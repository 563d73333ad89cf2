"""One address per referral; a move's form lies below it."""

from django.urls import path

from fenji.web.referrals import views

urlpatterns = [
    path("referrals/<uuid:referral_id>/filing/", views.filing, name="referral_filing"),
    path("referrals/<uuid:referral_id>/hold/", views.hold_longer, name="referral_hold"),
    path("referrals/<uuid:referral_id>/", views.show, name="referral"),
    path("referrals/<uuid:referral_id>/papers/", views.attach, name="referral_attach"),
    path("referrals/<uuid:referral_id>/papers/<uuid:paper_id>/", views.paper, name="referral_paper"),
    path("referrals/<uuid:referral_id>/<slug:action>/", views.move, name="referral_move"),
]
