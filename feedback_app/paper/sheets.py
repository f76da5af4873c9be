"""The sheet that goes with a batch: what was issued, what became of it, and who signs for that (PDF).

Such a document is Vietnamese whoever reads it, so nothing here is translated.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import typst

from feedback_app.kit.clock import VIETNAM
from feedback_app.kit.numbers import format_count
from feedback_app.paper.queries import BatchView, FormView, KeyerProgress
from feedback_app.paper.serials import grouped

_HERE: Final = Path(__file__).parent
_FONTS: Final = _HERE.parent / "static" / "fonts" / "ttf"


def sheet(
    batch: BatchView,
    *,
    office: str,
    about: list[tuple[str, str]],
    forms: list[FormView],
    keyers: list[KeyerProgress],
    people: Mapping[int, str],
    made_at: str,
) -> bytes:
    """`about` is what stands above the sums, as (term, text); `people` are names of staff by id."""
    sums = batch.sums
    missing = [grouped(each.number) for each in forms if each.is_out]
    given = {
        "office": office,
        "batch": batch.id,
        "about": about,
        "sums": [
            ("Phát hành", format_count(sums.issued)),
            ("Đã nhập", format_count(sums.keyed)),
            ("Đã quét", format_count(sums.scanned)),
            ("Không dùng", format_count(sums.spoiled)),
            ("Chưa thu về", "–" if batch.is_open else format_count(batch.not_returned)),
            ("Còn ở ngoài", format_count(batch.still_out)),
        ],
        "spoiled": [
            (
                grouped(each.number),
                each.spoiled_reason,
                f"{each.spoiled_at.astimezone(VIETNAM):%d/%m/%Y}",
                grouped(each.replaced_by) if each.replaced_by else "",
            )
            for each in forms
            if each.spoiled_at is not None
        ],
        "missing": missing,
        "keyers": [
            (
                people.get(each.keyer_id, "?"),
                format_count(each.keyed),
                format_count(each.scanned),
                format_count(each.own),
            )
            for each in keyers
        ],
        "closing": batch.closing_reason or "",
        "closed": f"{batch.closed_at.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}" if batch.closed_at else "",
        "closer": people.get(batch.closed_by or 0, ""),
        "made_at": made_at,
        "demonstration": batch.demonstration,
    }
    return typst.compile(
        _HERE / "sheet.typ",
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        sys_inputs={"given": json.dumps(given, ensure_ascii=False)},
    )
