"""Tables of calling."""

from anlan.calling.models.notice import FORMS, WITHDRAWN, Notice

__all__ = ["FORMS", "WITHDRAWN", "Notice"]
