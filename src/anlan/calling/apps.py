"""Django's registration of calling; the subscriber is connected when the app is ready."""

from django.apps import AppConfig


class CallingConfig(AppConfig):
    """App label `calling`; tables are fixed at birth."""

    name = "anlan.calling"
    label = "calling"
    verbose_name = "叫应提醒"

    def ready(self) -> None:
        """Connect the subscriber."""
        from anlan.calling import subscribers

        subscribers.connect()
