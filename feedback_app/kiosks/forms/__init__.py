"""What devices send and what people fill in about them."""

from feedback_app.kiosks.forms.batches import (
    LARGEST_BATCH,
    MOST_ITEMS,
    BadDelivery,
    Batch,
    Item,
    Unreadable,
    read_batch,
    read_identifier,
    read_items,
)
from feedback_app.kiosks.forms.fleet import (
    LARGEST_FILE,
    BadFile,
    EnrolForm,
    PinForm,
    PositionForm,
    QueueFileForm,
    SettingsForm,
    read_export,
)
from feedback_app.kiosks.forms.reports import read_report

__all__ = [
    "LARGEST_BATCH",
    "LARGEST_FILE",
    "MOST_ITEMS",
    "BadDelivery",
    "BadFile",
    "Batch",
    "EnrolForm",
    "Item",
    "PinForm",
    "PositionForm",
    "QueueFileForm",
    "SettingsForm",
    "Unreadable",
    "read_batch",
    "read_export",
    "read_identifier",
    "read_items",
    "read_report",
]
