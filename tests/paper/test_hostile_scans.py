"""Whatever file is uploaded, it is refused or fails with a word, harms nothing and holds nobody up."""

import io
import struct
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.paper import media, operations, queries, scanning
from feedback_app.paper.media import NotAScan
from feedback_app.paper.models import PaperPage
from feedback_app.paper.scanning import Failed, Opened, Read, Refused
from tests.paper.scanned import GOOD, NOW, image_of, make_desk, pdf_of, read_by_child, responses, sheet, upload

WHITE = Image.new("L", (1240, 1754), 255)


def pdf(*objects: bytes) -> bytes:
    """Objects as one PDF; the first is the catalogue. The reader finds them without a table."""
    written = b"%PDF-1.7\n"
    for number, content in enumerate(objects, start=1):
        written += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    return written + b"trailer\n<</Root 1 0 R/Size %d>>\n%%%%EOF" % (len(objects) + 1)


def page_pdf(box: str = "0 0 595 842", stream: bytes = b"", *more: bytes) -> bytes:
    squeezed = zlib.compress(stream, 9)
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>".encode(),
        b"<</Length %d/Filter/FlateDecode>>stream\n" % len(squeezed) + squeezed + b"\nendstream",
        *more,
    )


def png(width: int, height: int) -> bytes:
    """A PNG that says it is this large and holds next to nothing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def huge_image_pdf() -> bytes:
    pixels = zlib.compress(zlib.compress(b"\0" * 50_000_000, 9), 9)
    image = (
        b"<</Type/XObject/Subtype/Image/Width 40000/Height 40000/BitsPerComponent 8/ColorSpace/DeviceGray"
        b"/Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n" % len(pixels) + pixels + b"\nendstream"
    )
    return page_pdf("0 0 595 842", b"q 595 0 0 842 0 0 cm /I Do Q", image)


def endless(piece: bytes) -> bytes:
    """A few kilobytes that inflate, twice, to four gigabytes of `piece`, behind which still more is to follow."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = squeeze.compress(piece * (2**24 // len(piece))) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return zlib.compress(b"\x78\x9c" + block * 256, 9)


def twice_inflated(squeezed: bytes, said: bytes = b"") -> bytes:
    """A stream of a PDF."""
    return b"<<%b/Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n%b\nendstream" % (said, len(squeezed), squeezed)


def page_then_white(content: bytes) -> bytes:
    """Two pages, of which the first draws `content`."""
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        twice_inflated(content),
    )


def with_table(table: bytes) -> bytes:
    """A PDF whose table of objects is a stream, read before anything else."""
    whole = pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        twice_inflated(table, b"/Type/XRef/Size 5/W[1 4 2]/Root 1 0 R"),
    )
    at = whole.index(b"4 0 obj")
    return whole[: whole.index(b"trailer")] + b"startxref\n%d\n%%%%EOF" % at


def many_pages() -> bytes:
    kids = b" ".join(b"3 0 R" for _ in range(600))
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[" + kids + b"]/Count 600>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )


def encrypted() -> bytes:
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[]/Count 0>>",
        b"<</Filter/Standard/V 1/R 2/P -4/O<" + b"00" * 32 + b">/U<" + b"11" * 32 + b">>>",
    ).replace(b"/Size", b"/ID[<00><00>]/Encrypt 3 0 R/Size")


def polyglot() -> bytes:
    """A picture and an archive in one."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("run.html", "<script>alert(1)</script>")
    return image_of(WHITE.resize((600, 800)), "JPEG") + written.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "rỗng"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "Tương thích nhất"),
        (b" " + pdf_of([WHITE]), "không phải là PDF"),
        (b"PK\x03\x04" + b"\0" * 40, "không phải là PDF"),
        (b"<script>alert(1)</script>", "không phải là PDF"),
        (b"GIF89a" + b"\0" * 40, "không phải là PDF"),
    ],
    ids=["empty", "HEIC", "not at its first byte", "ZIP", "HTML", "GIF"],
)
def test_what_is_no_scan_is_refused_with_words(session: Session, content: bytes, words: str) -> None:
    desk = make_desk(session)
    with pytest.raises(NotAScan, match=words):
        operations.keep_upload(
            session, io.BytesIO(content), name="phieu.pdf", member=desk.uploader, answered_on=None, now=NOW
        )


def read(tmp_path: Path, content: bytes, child: str = scanning.CHILD) -> list[scanning.Event]:
    (tmp_path / "scan").write_bytes(content)
    return list(scanning.read(tmp_path, "scan", media.media_type(content), {}, None, child=child))


REFUSED = {
    "encrypted": (encrypted(), "encrypted"),
    "too many pages": (many_pages(), "too_many_pages"),
    "half a PDF": (b"%PDF-1.7\n" + b"\0" * 5000, "unreadable"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path, kind: str) -> None:
    content, problem = REFUSED[kind]
    assert read(tmp_path, content) == [Refused(problem)]


FAILED = {
    "page of kilometres": (page_pdf("0 0 9000000 9000000"), {"too_large"}),
    "a picture of 1.6 thousand million pixels": (huge_image_pdf(), {"too_large"}),
    "a PNG that says it is huge": (png(60_000, 60_000), {"too_large"}),
    "half a PNG": (image_of(WHITE)[:400], {"unreadable"}),
    "half a JPEG": (image_of(WHITE.effect_spread(4), "JPEG")[:3000], {"unreadable"}),
}


@pytest.mark.parametrize("kind", FAILED)
def test_a_page_that_cannot_be_read_fails_alone(tmp_path: Path, kind: str) -> None:
    content, problems = FAILED[kind]
    opened, failed = read(tmp_path, content)
    assert opened == Opened(1)
    assert isinstance(failed, Failed)
    assert failed.problem in problems


@pytest.mark.parametrize("piece", [b" ", b"0 0 m "], ids=["nothing", "pen strokes"])
def test_a_page_that_inflates_without_end_fails_alone(tmp_path: Path, piece: bytes) -> None:
    bomb = page_then_white(endless(piece))
    assert len(bomb) < 20_000
    opened, failed, white = read(tmp_path, bomb)
    assert (opened, failed) == (Opened(2), Failed(0, "unreadable"))
    assert isinstance(white, Read)
    assert white.page == 1


def test_a_table_of_objects_that_inflates_without_end_is_refused(tmp_path: Path) -> None:
    harmless = with_table(zlib.compress(zlib.compress(bytes(7 * 5))))
    assert read(tmp_path, harmless)[0] == Opened(1)
    bomb = with_table(endless(b"\0"))
    assert len(bomb) < 20_000
    assert read(tmp_path, bomb) == [Refused("unreadable")]


def test_a_file_that_is_two_is_read_as_a_picture_alone(tmp_path: Path) -> None:
    opened, page = read(tmp_path, polyglot())
    assert opened == Opened(1)
    assert isinstance(page, Read)
    assert b"<script>" not in page.readings[0].image
    assert page.readings[0].state in ("blank", "unidentified")


def test_a_page_that_takes_for_ever_is_given_up_and_the_next_one_read(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "PAGE_SECONDS", 2.0)
    events = read(tmp_path, pdf_of([WHITE, WHITE, WHITE]), child="tests.paper.slow_child")
    assert events[0] == Opened(3)
    assert events[2] == Failed(1, "too_slow")
    assert [type(each) for each in events] == [Opened, Read, Failed, Read]


@pytest.mark.parametrize("way", ["memory", "killed", "lies", "babble"])
def test_a_child_that_dies_or_lies_costs_its_page_and_nothing_else(tmp_path: Path, way: str) -> None:
    events = read(tmp_path, pdf_of([WHITE, WHITE]), child=f"tests.paper.bad_children.{way}")
    assert events[0] == Opened(2)
    assert {type(each) for each in events[1:]} == {Failed}
    assert [each.page for each in events[1:] if isinstance(each, Failed)] == [0, 1]


def test_a_child_is_told_nothing_it_does_not_need(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("SECRET_KEY", "secret")
    _opened, page = read(tmp_path, pdf_of([WHITE]), child="tests.paper.telling_child")
    assert isinstance(page, Read)
    told = page.readings[0].code or ""
    assert "secret" not in told
    assert told == "PATH PYTHONPATH"
    assert sys.executable


def test_among_hostile_pages_the_good_one_counts(session: Session) -> None:
    desk = make_desk(session)
    good = pdf_of([WHITE, sheet(session, desk.numbers[0], GOOD), WHITE])
    read_by_child(session, good, desk.uploader)
    hostile = read_by_child(session, png(60_000, 60_000), desk.uploader)
    assert session.scalars(select(PaperPage.state).order_by(PaperPage.id)).all() == ["blank", "read", "blank", "failed"]
    assert queries.upload(session, hostile).state == "read"
    assert responses(session) == 1


def test_a_file_above_the_limit_is_refused(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = make_desk(session)
    monkeypatch.setattr(operations.uploads, "LARGEST_FILE", 1000)
    with pytest.raises(NotAScan, match="100 MB"):
        upload(session, pdf_of([WHITE]), desk.uploader)
