"""Addresses of the registry of residents. None of them carries a name, an ID or a telephone number."""

from django.urls import path
from django.utils.translation import pgettext_lazy

from fenji.apps.residents.policies import READING_ROLES
from fenji.kernel.roles import Role
from fenji.web.navigation import Entry
from fenji.web.residents import arriving, correcting, listing, merging, one, registering

NAVIGATION = (
    Entry(
        pgettext_lazy("menu", "居民"), "residents", "users", roles=READING_ROLES - {Role.PROGRAM}, also=("/residents/",)
    ),
)

urlpatterns = [
    path("residents/", listing.residents, name="residents"),
    path("residents/visit/", arriving.visit, name="resident_visit"),
    path("residents/emergency/<str:proof>/", arriving.emergency, name="resident_emergency"),
    path("residents/new/", registering.kinds, name="resident_new"),
    path("residents/new/<slug:kind>/", registering.register, name="resident_register"),
    path("residents/duplicates/", merging.desk, name="resident_duplicates"),
    path("residents/duplicates/<uuid:kept_id>/<uuid:merged_id>/", merging.merge, name="resident_merge"),
    path("residents/merges/<int:merge_id>/undo/", merging.unmerge, name="resident_unmerge"),
    path("residents/<uuid:resident_id>/", one.show, name="resident"),
    path("residents/<uuid:resident_id>/reveal/<slug:what>/", one.reveal, name="resident_reveal"),
    path("residents/<uuid:resident_id>/correct/", correcting.correct, name="resident_correct"),
    path("residents/<uuid:resident_id>/identity/", correcting.complete, name="resident_identity"),
    path("residents/<uuid:resident_id>/deceased/", correcting.deceased, name="resident_deceased"),
]
