"""Django's registration of reporting; the subscribers are connected when the app is ready."""

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    """App label `reporting`; tables are fixed at birth."""

    name = "anlan.reporting"
    label = "reporting"
    verbose_name = "统计报告"

    def ready(self) -> None:
        """Connect the subscribers."""
        from anlan.reporting import subscribers

        subscribers.connect()
