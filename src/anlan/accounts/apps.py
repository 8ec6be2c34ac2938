"""Django's registration of accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """App label `accounts`; tables are fixed at birth."""

    name = "anlan.accounts"
    label = "accounts"
    verbose_name = "人员与权限"
