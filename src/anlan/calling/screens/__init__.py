"""Pages of calling: the inbox, calls, and the answer page of a link."""

from __future__ import annotations

from django.urls import path

from anlan.calling.screens import calls, inbox, phone

urlpatterns = [
    path("inbox", inbox.inbox, name="calling-inbox"),
    path("inbox/read", inbox.read, name="calling-read"),
    path("inbox/read-all", inbox.read_all, name="calling-read-all"),
    path("inbox/<int:notice_id>", inbox.notice, name="calling-notice"),
    path("my-calls", calls.mine, name="calling-mine"),
    path("calls/board", calls.board, name="calling-board"),
    path("calls/sheet", calls.sheet, name="calling-sheet"),
    path("calls/<uuid:call_id>", calls.record, name="calling-call"),
    path("calls/<uuid:call_id>/answer", calls.answer, name="calling-answer"),
    path("calls/<uuid:call_id>/answer-for", calls.answer_for, name="calling-answer-for"),
    path("c/<str:token>/", phone.phone, name="calling-phone"),
]
