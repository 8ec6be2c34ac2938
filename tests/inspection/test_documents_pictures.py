"""Every kind of document in every shape: well formed, without leftovers, and as pages. The pictures are opt-in.

`ANLAN_DOCUMENT_PICTURES=<folder> pytest tests/inspection/test_documents_pictures.py` turns every sample into PDF and PNG
with LibreOffice (apt-get install libreoffice-writer poppler-utils fonts-noto-cjk) and leaves them there to be looked at.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from docx import Document as Docx
from docx.oxml.ns import qn
from docx.shared import Mm
from PIL import Image

from anlan.platform.catalogue import CATALOGUE
from anlan.platform.documents.render import fill
from inspection.paper_samples import samples, values_of

SAMPLES = [pytest.param(*sample, id=f"{sample[0]}-{sample[1]}") for sample in samples()]
# At most so many pages: a table that overflows or a block that jumps shows here first.
MOST_PAGES = {"one": 2, "ten": 6, "none": 2, "long": 3, "missing": 2}


def made(kind: str, shape: str, page: Any) -> bytes:
    return fill(CATALOGUE.documents[f"inspection.{kind}"], values_of(kind, shape, page))


@pytest.mark.parametrize(("kind", "shape", "page"), SAMPLES)
def test_every_shape_is_filled_in_whole(kind: str, shape: str, page: Any) -> None:
    document = Docx(io.BytesIO(made(kind, shape, page)))
    body = document.element.body
    text = "\n".join(t.text or "" for t in body.iter(qn("w:t")))
    assert [mark for mark in ("{{", "{%", "None", "Undefined", "&amp;") if mark in text] == []
    assert (("演练" in text), page.party in text) == (shape == "missing", True)
    section = document.sections[0]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(m / Mm(1)) for m in margins] == [37, 35, 28, 26]
    assert all(list(cell.iterchildren(qn("w:p"))) for cell in body.iter(qn("w:tc")))


def test_no_signature_stands_alone_on_a_page() -> None:
    """Every line of a block of signatures is kept with the next one, and with the last paragraph before it."""
    for kind in ("order", "review", "listing", "unlisting", "extension", "transfer"):
        page = next(p for k, s, p in samples() if (k, s) == (kind, "one"))
        lines = list(Docx(io.BytesIO(made(kind, "one", page))).paragraphs)
        last = max(n for n, p in enumerate(lines) if p.text == page.issuer)
        written = [p for p in lines[:last] if p.text.strip()]
        assert written[-1].paragraph_format.keep_with_next, kind


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a PDF and PNGs of every sample."""
    wanted = os.environ.get("ANLAN_DOCUMENT_PICTURES")
    if not wanted:
        pytest.skip("set ANLAN_DOCUMENT_PICTURES=<folder> to look at the documents as pictures")
    if not shutil.which("soffice") or not shutil.which("pdftoppm"):
        pytest.skip("soffice and pdftoppm are not installed")
    folder, home = Path(wanted).resolve(), tmp_path_factory.mktemp("office")
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for kind, shape, page in samples():
        files.append(folder / f"{kind}-{shape}.docx")
        files[-1].write_bytes(made(kind, shape, page))
    office = ["soffice", "--headless", f"-env:UserInstallation={home.as_uri()}", "--convert-to", "pdf", "--outdir"]
    subprocess.run([*office, str(folder), *map(str, files)], check=True, capture_output=True, timeout=300)
    for file in files:
        target = str(file.with_suffix(""))
        subprocess.run(["pdftoppm", "-r", "60", "-png", f"{target}.pdf", target], check=True, timeout=60)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "shape", "page"), SAMPLES)
def test_pages_are_few_and_nothing_runs_off_them(kind: str, shape: str, page: Any, pictures: Path) -> None:
    pages = sorted(pictures.glob(f"{kind}-{shape}-*.png"))
    assert 1 <= len(pages) <= MOST_PAGES[shape]
    for file in pages:
        with Image.open(file) as picture:
            grey = picture.convert("L").point(lambda v: 255 if v < 160 else 0)
            left, top, right, bottom = grey.getbbox() or (0, 0, 0, 0)
            mm = 210 / picture.width
        # 28 mm at the left and 26 mm at the right, with 3 mm for a hanging mark; the page number stands below the text.
        assert (left * mm > 25, (picture.width - right) * mm > 23, top * mm > 34, bottom * mm < 297 - 18) == (True,) * 4
