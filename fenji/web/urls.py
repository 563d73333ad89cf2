"""Addresses of the pages; each desk has its own module, found by itself (`navigation.desk_urls`)."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from fenji.web import gallery, home, navigation

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("language/", set_language, name="set_language"),
    path("components/", gallery.components, name="components"),
    *(path("", include(module.__name__)) for module in navigation.desk_urls()),
]
