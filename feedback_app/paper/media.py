"""What kind of file was sent, by its first bytes alone: names and headers are the sender's to choose. Pure."""

from typing import Final, Literal

from feedback_app.kit.errors import N_, Invalid

MediaType = Literal["application/pdf", "image/jpeg", "image/png"]

LARGEST_FILE: Final = 100 * 1024 * 1024
MOST_PAGES: Final = 500
MOST_PIXELS: Final = 60_000_000
# Enough for every kind below.
HEAD_BYTES: Final = 32

_HEADS: Final[tuple[tuple[bytes, MediaType], ...]] = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)
# Brands of the container that phones put HEVC and AV1 pictures into (ISO/IEC 23008-12).
_PHONE_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif"})


class NotAScan(Invalid):
    """The file is none of the kinds that are read; says what to do."""


def media_type(head: bytes) -> MediaType:
    """The kind of a file from its first HEAD_BYTES. Raises NotAScan."""
    for magic, kind in _HEADS:
        if head.startswith(magic):
            return kind
    if head[4:8] == b"ftyp" and head[8:12] in _PHONE_BRANDS:
        raise NotAScan(
            N_(
                "Đây là ảnh HEIC của điện thoại, hệ thống chưa đọc được. Trên iPhone: vào Cài đặt, Camera, Định dạng,"
                " chọn “Tương thích nhất” rồi chụp lại; hoặc lưu ảnh thành JPEG rồi tải lên."
            ),
            field="files",
        )
    if not head:
        raise NotAScan(N_("Tệp này rỗng."), field="files")
    raise NotAScan(
        N_("Tệp này không phải là PDF, JPEG hay PNG (xét theo nội dung, không theo tên tệp)."), field="files"
    )
