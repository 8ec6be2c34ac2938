"""Django's registration of reporting."""

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    """App label `reporting`; tables are fixed at birth."""

    name = "anlan.reporting"
    label = "reporting"
    verbose_name = "统计报告"
