from django.apps import AppConfig


class StaysConfig(AppConfig):
    name = "fenji.apps.stays"
    label = "stays"
    default_auto_field = "django.db.models.BigAutoField"
