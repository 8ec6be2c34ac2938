"""Django's registration of inspection; the subscribers are connected when the app is ready."""

from django.apps import AppConfig


class InspectionConfig(AppConfig):
    """App label `inspection`; tables are fixed at birth."""

    name = "anlan.inspection"
    label = "inspection"
    verbose_name = "监督检查"

    def ready(self) -> None:
        """Connect the subscribers."""
        from anlan.inspection import subscribers

        subscribers.connect()
