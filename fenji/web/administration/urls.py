"""Addresses of the administration desk, each behind its office."""

from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fenji.kernel.roles import Office
from fenji.web.administration import acts, audit, emergencies, health, people, posts, system, tokens
from fenji.web.navigation import Entry

SECURITY, AUDIT, SYSTEM = (frozenset({office}) for office in (Office.SECURITY, Office.AUDIT, Office.SYSTEM))

NAVIGATION = (
    Entry(_("人员与账号"), "administration_people", "users", offices=SECURITY),
    Entry(_("审计记录"), "administration_audit", "document-magnifying-glass", offices=AUDIT),
    Entry(_("紧急查阅复核"), "administration_emergencies", "exclamation-triangle", offices=AUDIT),
    Entry(_("运行状况"), "administration_system", "server-stack", offices=SYSTEM),
    Entry(pgettext_lazy("menu", "机构"), "administration_institutions", "building-office-2", offices=SYSTEM),
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("administration/people/", people.people, name="administration_people"),
    path("administration/people/new/", people.create, name="administration_create"),
    path("administration/people/<int:user_id>/", people.person, name="administration_person"),
    path("administration/people/<int:user_id>/do/<slug:act>/", acts.act, name="administration_act"),
    path("administration/people/<int:user_id>/posts/", posts.give, name="administration_give_post"),
    path("administration/posts/<int:post_id>/end/", posts.end, name="administration_end_post"),
    path("administration/people/<int:user_id>/tokens/", tokens.issue, name="administration_issue_token"),
    path("administration/tokens/<int:token_id>/revoke/", tokens.revoke, name="administration_revoke_token"),
    path("administration/audit/", audit.trail, name="administration_audit"),
    path("administration/audit/export/", audit.export, name="administration_audit_export"),
    path("administration/emergencies/", emergencies.waiting, name="administration_emergencies"),
    path("administration/emergencies/<int:event_id>/", emergencies.review, name="administration_review"),
    path("administration/system/", system.overview, name="administration_system"),
    path("administration/institutions/", system.institutions, name="administration_institutions"),
    path("health/", health.health, name="health"),
    path("metrics/", health.metrics, name="metrics"),
]
