"""Django's registration of sensing; the subscribers are connected when the app is ready."""

from django.apps import AppConfig


class SensingConfig(AppConfig):
    """App label `sensing`; tables are fixed at birth."""

    name = "anlan.sensing"
    label = "sensing"
    verbose_name = "监测预警"

    def ready(self) -> None:
        """Connect the subscribers."""
        from anlan.sensing import subscribers

        subscribers.connect()
