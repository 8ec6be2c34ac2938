"""Django's registration of the platform."""

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    """App label `platform`; tables are fixed at birth."""

    name = "anlan.platform"
    label = "platform"
    verbose_name = "平台"
