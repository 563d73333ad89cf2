from django.apps import AppConfig


class ResidentsConfig(AppConfig):
    name = "fenji.apps.residents"
    label = "residents"
    default_auto_field = "django.db.models.BigAutoField"
