"""Django's registration of accident; the subscribers are connected when the app is ready."""

from django.apps import AppConfig


class AccidentConfig(AppConfig):
    """App label `accident`; tables are fixed at birth."""

    name = "anlan.accident"
    label = "accident"
    verbose_name = "事故管理"

    def ready(self) -> None:
        """Connect the subscribers."""
        from anlan.accident import subscribers

        subscribers.connect()
