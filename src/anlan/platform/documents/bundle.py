"""Several documents in one file for printing, and the reading of one document's bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from anlan.kernel.errors import NotFound
from anlan.platform.attachments import files
from anlan.platform.attachments.facts import safe_name
from anlan.platform.documents.models import Document

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def document_bytes(document: Document) -> bytes:
    """The .docx as it was issued.

    Raises:
        NotFound: "platform.attachment.bytes_missing".
    """
    path = files.path_of(document.sha256)
    if not path.is_file():
        raise NotFound("platform.attachment.bytes_missing")
    return path.read_bytes()


def file_name(document: Document) -> str:
    """`责令限期整改指令书 （黄岩）应急责改〔2026〕12号.docx`."""
    return safe_name(f"{document.label} {document.number}.docx")


def bundle(documents: Sequence[Document]) -> bytes:
    """A .zip of documents in their order, each file's name beginning with its place in it.

    Raises:
        NotFound: "platform.attachment.bytes_missing".
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for place, document in enumerate(documents, 1):
            archive.writestr(f"{place:02d} {file_name(document)}", document_bytes(document))
    return out.getvalue()
