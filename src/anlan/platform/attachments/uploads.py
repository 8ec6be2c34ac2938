"""Receiving large uploads on disk under a short name: a name too long for the file system is no reason to fail."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import TemporaryFileUploadHandler

from anlan.platform.attachments.facts import safe_name


class DiskUpload(TemporaryFileUploadHandler):
    """Django's handler, which makes the ending of the sent name part of a temporary file's name, with a safe one."""

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        """Django's hook."""
        super().new_file(field_name, safe_name(file_name), *args, **kwargs)
