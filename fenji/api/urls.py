"""Addresses of the API: one version beside the other, each with its description."""

from django.urls import URLPattern, URLResolver, path, re_path

from fenji.api import description
from fenji.api.v1 import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/openapi.json", description.openapi, name="api_openapi"),
    path("v1/docs", description.page, name="api_docs"),
    path("v1/", api.urls),
    re_path(r"^.*$", description.absent),
]
