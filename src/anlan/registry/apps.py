"""Django's registration of the registry."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """App label `registry`; tables are fixed at birth."""

    name = "anlan.registry"
    label = "registry"
    verbose_name = "企业档案"
