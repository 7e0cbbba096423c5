"""Excerpts of PDFs: how tests make them, read what is marked, and draw them."""

import io
from pathlib import Path

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray
from pypdf import PdfReader, PdfWriter

from core.retrieval.load.loader import Loader
from core.retrieval.load.quotes import letters

HTML = (
    "<style>p{font:16px 'Noto Sans CJK KR'}.new{break-before:page}"
    "td{border:1px solid}table{border-collapse:collapse}</style>"
    "<h1>휴가 안내</h1><p>연차는 입사한 날부터 한 해에 열다섯 날입니다. <b>반차</b>는 오전과 오후로 "
    "나눕니다.</p><table><tr><td>구분<td>날수<td>비고</tr><tr><td>본인 결혼<td>일곱 날<td>유급 "
    "휴가</tr></table><p><a href='https://example.org/track'>나가는 길</a></p>"
    "<p>이어지는 문장은 여기에서 시작하여</p><p class=new>다음 쪽에서 비로소 끝이 납니다.</p>"
)


def written(folder: Path, writer: PdfWriter | bytes) -> Path:
    path = folder / "made.pdf"
    if isinstance(writer, bytes):
        path.write_bytes(writer)
    else:
        writer.write(path)
    return path


def excerpt(loader: Loader, path: Path, page: int, *quotes: str) -> bytes:
    made = loader.excerpt(path, page, quotes)
    assert made is not None
    return made


def marked(pdf: bytes) -> str:
    """What stands under the marks, in order."""
    document = pypdfium2.PdfDocument(pdf)
    found = []
    for page in document:
        text = page.get_textpage()
        for number in range(pdfium.FPDFPage_GetAnnotCount(page)):
            annotation, box = pdfium.FPDFPage_GetAnnot(page, number), pdfium.FS_RECTF()
            assert pdfium.FPDFAnnot_GetSubtype(annotation) == pdfium.FPDF_ANNOT_HIGHLIGHT
            pdfium.FPDFAnnot_GetRect(annotation, box)
            pdfium.FPDFPage_CloseAnnot(annotation)
            found.append(text.get_text_bounded(box.left, box.bottom, box.right, box.top))
    document.close()
    return letters("".join(found)).text


def said(text: str) -> str:
    return letters(text).text


def pages(pdf: bytes) -> int:
    return len(PdfReader(io.BytesIO(pdf)).pages)


def drawn(pdf: bytes, page: int = 0, annotations: bool = True) -> NDArray[np.uint8]:
    document = pypdfium2.PdfDocument(pdf)
    picture = document[page].render(scale=1, may_draw_forms=False, draw_annots=annotations)
    pixels = picture.to_numpy()[:, :, :3].copy()
    document.close()
    return pixels


def yellow(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Pixels are blue, green, red."""
    blue, green, red = (pixels[:, :, part].astype(int) for part in range(3))
    return (red > 200) & (green > 180) & (blue < 120)
