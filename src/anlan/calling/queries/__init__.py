"""The only readers of calling."""

from anlan.calling.queries.addressing import Addressees
from anlan.calling.queries.notices import (
    NoticePage,
    NoticeView,
    notice_get,
    notice_list,
    unread_count,
    unread_counts,
)
from anlan.calling.queries.standing import Key, notice_stands, notices_held, notices_standing, notices_waiting

__all__ = [
    "Addressees",
    "Key",
    "NoticePage",
    "NoticeView",
    "notice_get",
    "notice_list",
    "notice_stands",
    "notices_held",
    "notices_standing",
    "notices_waiting",
    "unread_count",
    "unread_counts",
]
