"""Every address of the product: pages, then the JSON API."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("fenji.web.urls")),
]
