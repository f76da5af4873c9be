"""Where the boxes of printed forms are, as other programs read it: one JSON document beside the PDF. Pure."""

from collections.abc import Sequence
from typing import Any, Final

from feedback_app.paper.layout import Layout, Rect
from feedback_app.paper.printing import impose, sheet_size
from feedback_app.paper.serials import serial

_KINDS: Final = {"single": "single", "several": "multi"}


def describe(layout: Layout, numbers: Sequence[int]) -> dict[str, Any]:
    """Every page of every form, in millimetres from the top left of its page of the PDF of `numbers`.

    `page` counts the pages of the PDF from 0, `c` the choices from 0. A form of several pages has an entry for each;
    `comment` is the first space for handwriting on it, None where there is none.
    """
    width, height = sheet_size(layout.design)
    kinds = {field.id: _KINDS[field.kind] for field in layout.fields}
    forms = []
    for placed in impose(layout, numbers):
        page = layout.pages[placed.page - 1]
        forms.append(
            {
                "page": placed.sheet,
                "serial": serial(placed.number),
                "boxes": [{"f": box.field, "c": box.choice, **_edges(box.rect, placed.x)} for box in page.boxes],
                "fields": [{"id": key, "type": kinds[key]} for key in page.rows if key in kinds],
                "comment": next((_edges(rect, placed.x) for rect in page.comments.values()), None),
            }
        )
    return {"page_w_mm": width, "page_h_mm": height, "forms": forms}


def _edges(rect: Rect, x: float) -> dict[str, float]:
    edges = {"x": rect.x + x, "y": rect.y, "w": rect.w, "h": rect.h}
    return {name: round(value, 3) for name, value in edges.items()}
