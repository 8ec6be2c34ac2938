"""Django's registration of the platform."""

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    """App label `platform`; tables are fixed at birth."""

    name = "anlan.platform"
    label = "platform"
    verbose_name = "平台"

    def ready(self) -> None:
        """Django's hook."""
        from anlan.platform.database import read_instants

        read_instants()
