"""Addresses of the policy."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from fenji.web.navigation import Entry
from fenji.web.policy import deciding, drafting, reading

NAVIGATION = (Entry(_("政策"), "policy", "book-open"),)

urlpatterns = [
    path("policy/", reading.policy, name="policy"),
    path("policy/rule/<str:key>/", reading.rule, name="policy_rule"),
    path("policy/rule/<str:key>/draft/", drafting.draft, name="policy_draft"),
    path("policy/changes/", deciding.changes, name="policy_changes"),
    path("policy/changes/<int:change_id>/", deciding.change, name="policy_change"),
    path("policy/changes/<int:change_id>/approve/", deciding.approve, name="policy_approve"),
    path("policy/changes/<int:change_id>/refuse/", deciding.refuse, name="policy_refuse"),
    path("policy/changes/<int:change_id>/withdraw/", deciding.withdraw, name="policy_withdraw"),
]
