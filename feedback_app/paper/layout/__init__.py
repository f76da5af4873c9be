"""Where everything stands on a numbered form, in millimetres from the top left corner of its page. Pure.

One value for the printer and the reader, so that they cannot disagree.
"""

from feedback_app.paper.layout.elements import (
    RULES,
    Box,
    Design,
    Field,
    Layout,
    Marker,
    Page,
    Rect,
    Rule,
    Sample,
    Size,
    Text,
)
from feedback_app.paper.layout.pages import UnknownRules, lay_out

__all__ = [
    "RULES",
    "Box",
    "Design",
    "Field",
    "Layout",
    "Marker",
    "Page",
    "Rect",
    "Rule",
    "Sample",
    "Size",
    "Text",
    "UnknownRules",
    "lay_out",
]
