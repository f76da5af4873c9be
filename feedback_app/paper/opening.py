"""The inside of the child process that opens one file of scans: limits first, then page after page as lines of JSON.

Whatever a hostile file does is done here, where there is no database, no secret and little memory. Files are written by
strangers, so that any failure of a page is that page's; the parent sees to what hangs or dies.
"""

import base64
import io
import json
import os
import pickle
import resource
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, Any, Final

import numpy
import pypdfium2
from PIL import Image, ImageDraw, ImageOps
from pypdfium2 import raw as pdfium

from feedback_app.paper import form_codes
from feedback_app.paper.layout import Layout, Page, Rect
from feedback_app.paper.media import MOST_PAGES, MOST_PIXELS
from feedback_app.paper.reading.results import PageReading

Grey = numpy.ndarray[Any, numpy.dtype[numpy.uint8]]
Layouts = Mapping[tuple[int, Any], Layout]
Reader = Callable[[Grey, Layouts], PageReading]
# What cuts an image of several forms side by side into one for each.
Splitter = Callable[[Grey], Sequence[Grey]]

MEMORY_BYTES: Final = 1_500 * 1024 * 1024
CPU_SECONDS: Final = 900
WRITTEN_BYTES: Final = 1024 * 1024
# What the reader works at: 8 px/mm.
DOTS_PER_INCH: Final = 203.2
# Some scanners write pages that call themselves metres long; no form is larger than A4 at 400 dots per inch.
LONGEST_SIDE: Final = 4_700
# Around a space for handwriting when it is painted over, in millimetres: people write over edges.
MARGIN: Final = 3.0


class Unreadable(Exception):
    """The file or the page cannot be read; the word is what is stored."""


def serve(read_page: Reader, split: Splitter, arguments: list[str]) -> None:
    """Read a file as `PATH TYPE LAYOUTS PAGES` say and write what was found to the standard output.

    LAYOUTS is a pickle of the parent's own: layouts by version and design. PAGES is a JSON list of page numbers, or
    null for all. Lines: `{"pages": n}` or `{"refused": word}`, then for each page `{"page": n, "readings": […]}` (two
    where two forms of A5 were not cut apart) or `{"page": n, "problem": word}`.
    """
    _limit()
    out = _own_output()
    path, media_type, layouts_path, wanted = arguments
    layouts: Layouts = pickle.loads(Path(layouts_path).read_bytes())  # noqa: S301  # the parent wrote it
    try:
        count, image_of = _open(Path(path), media_type)
    except Unreadable as refusal:
        _tell(out, refused=str(refusal))
        return
    except Exception as problem:
        _tell(out, refused=_word(problem))
        return
    _tell(out, pages=count)
    pages = json.loads(wanted)
    for page in range(count) if pages is None else pages:
        try:
            readings = [_shown(read_page(sheet, layouts), layouts) for sheet in split(image_of(page))]
            _tell(out, page=page, readings=_as_json(readings))
        except Unreadable as refusal:
            _tell(out, page=page, problem=str(refusal))
        except Exception as problem:
            _tell(out, page=page, problem=_word(problem))


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN_BYTES, WRITTEN_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def _own_output() -> IO[str]:
    """The pipe to the parent, out of the way of libraries that print."""
    pipe = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return pipe


def _tell(out: IO[str], **said: object) -> None:
    out.write(json.dumps(said) + "\n")
    out.flush()


def _word(problem: Exception) -> str:
    return "too_large" if isinstance(problem, MemoryError | Image.DecompressionBombError) else "unreadable"


def _open(path: Path, media_type: str) -> tuple[int, Callable[[int], Grey]]:
    """How many pages a file has, and what gives each as grey pixels. Raises Unreadable."""
    if media_type != "application/pdf":
        return 1, lambda _page: _photo(path, "PNG" if media_type == "image/png" else "JPEG")
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as problem:
        encrypted = getattr(problem, "err_code", None) == pdfium.FPDF_ERR_PASSWORD
        raise Unreadable("encrypted" if encrypted else "unreadable") from problem
    if not 0 < len(document) <= MOST_PAGES:
        raise Unreadable("too_many_pages" if len(document) else "unreadable")
    return len(document), lambda page: _rendered(document, page)


def _photo(path: Path, kind: str) -> Grey:
    with Image.open(path, formats=[kind]) as image:
        if image.width * image.height > MOST_PIXELS:
            raise Unreadable("too_large")
        # Phones store which way up they were held; applied here, and with everything else they store left behind.
        upright = ImageOps.exif_transpose(image)
        if upright.has_transparency_data:
            upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright.convert("RGBA"))
        return numpy.asarray(upright.convert("L"))


def _rendered(document: pypdfium2.PdfDocument, number: int) -> Grey:
    page = document[number]
    try:
        longest, shortest = max(page.get_size()), min(page.get_size())
        # NaN fails this too.
        if not 1 <= shortest <= longest <= 100_000:
            raise Unreadable("too_large")
        for image in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=4):
            width, height = image.get_px_size()
            if width * height > MOST_PIXELS:
                raise Unreadable("too_large")
        scale = min(DOTS_PER_INCH / 72, LONGEST_SIDE / longest)
        bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
        # A copy, because the bitmap's memory goes with it.
        pixels: Grey = bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width].copy()
        bitmap.close()
        return pixels
    finally:
        page.close()


def _shown(reading: PageReading, layouts: Layouts) -> PageReading:
    """The reading with every space for handwriting painted over in its image, which then may be kept and shown."""
    code = form_codes.peek(reading.code) if reading.code else None
    layout = layouts.get((code.version_id, code.design)) if code else None
    if code is None or layout is None or not reading.image or code.page > len(layout.pages):
        return reading
    page = layout.pages[code.page - 1]
    with Image.open(io.BytesIO(reading.image), formats=["JPEG"]) as image:
        painted = image.convert("L")
    draw, scale = ImageDraw.Draw(painted), painted.width / page.width
    for rect in _handwritten(page):
        draw.rectangle(
            (
                (rect.x - MARGIN) * scale,
                (rect.y - MARGIN) * scale,
                (rect.x + rect.w + MARGIN) * scale,
                (rect.y + rect.h + MARGIN) * scale,
            ),
            fill=225,
        )
    written = io.BytesIO()
    painted.save(written, "JPEG", quality=75)
    return replace(reading, image=written.getvalue())


def _handwritten(page: Page) -> Iterator[Rect]:
    yield from page.comments.values()
    if page.dossier:
        yield page.dossier


def _as_json(value: object) -> object:
    said = asdict(value) if isinstance(value, PageReading) else value
    if isinstance(said, bytes):
        return base64.b64encode(said).decode()
    if isinstance(said, Mapping):
        return {key: _as_json(part) for key, part in said.items()}
    if isinstance(said, list | tuple):
        return [_as_json(part) for part in said]
    return float(said) if isinstance(said, numpy.floating) else int(said) if isinstance(said, numpy.integer) else said
