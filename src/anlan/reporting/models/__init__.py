"""Tables of reporting."""

from anlan.reporting.models.dismissal import Dismissal

__all__ = ["Dismissal"]
