"""The English catalogue: brought up to date with the source, or checked to be complete.

    python -m deploy.translations            add new texts to the catalogue, drop those nobody says any more
    python -m deploy.translations --check    exit 1, naming each text that is missing, empty, stale or changed

The source texts are Vietnamese, so a text without a translation still reads well at a kiosk; in English
it does not, hence the check.
"""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "feedback_app"
ENGLISH = SOURCE / "translations" / "en" / "LC_MESSAGES" / "messages.po"
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.svg", "jinja2")]
OPTIONS = {pattern: {"trimmed": "true", "encoding": "utf-8"} for pattern, method in METHODS if method == "jinja2"}
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(("_", "gettext", "lazy_gettext", "N_"), None),
    **dict.fromkeys(("ngettext", "lazy_ngettext"), (1, 2)),
    **dict.fromkeys(("pgettext", "lazy_pgettext"), ((1, "c"), 2)),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)")
VIETNAMESE = re.compile(r"[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE)
# Names of Vietnamese places and papers keep their marks in English.
KEEPS_MARKS = "giữ dấu"


def extracted() -> Catalog:
    catalog = Catalog(locale="en", project="feedback", charset="utf-8")
    found = extract_from_dir(SOURCE, METHODS, OPTIONS, KEYWORDS)
    for filename, _line, message, comments, context in sorted(found, key=lambda entry: (entry[0], entry[1])):
        catalog.add(message, locations=[(filename, None)], auto_comments=comments, context=context)  # type: ignore[list-item]  # files without lines: fewer conflicts
    return catalog


def stored() -> Catalog:
    if not ENGLISH.exists():
        return Catalog(locale="en")
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def texts(message: Message) -> list[str]:
    """What is said: one text, or the singular and the plural."""
    said = message.string
    return [said] if isinstance(said, str) else list(said or ("",))


def faults(message: Message) -> list[str]:
    sources = [message.id] if isinstance(message.id, str) else list(message.id)
    wanted = {name for text in sources for name in PLACEHOLDER.findall(text)}
    found = []
    for text in texts(message):
        if not text:
            found.append("no translation")
        elif not set(PLACEHOLDER.findall(text)) <= wanted or (
            len(sources) == 1 and set(PLACEHOLDER.findall(text)) != wanted
        ):
            found.append(f"placeholders differ: {text}")
        elif VIETNAMESE.search(text) and KEEPS_MARKS not in message.user_comments:
            found.append(f"Vietnamese letters; where they belong add the comment “# {KEEPS_MARKS}”: {text}")
    return [*found, "fuzzy"] if message.fuzzy else found


def check() -> list[str]:
    source, catalogue = extracted(), stored()
    problems = []
    for message in source:
        if not message.id:  # the catalogue's own header
            continue
        known = catalogue.get(message.id, message.context)
        problems += [f"{fault} — {message.id}" for fault in (faults(known) if known else ["missing"])]
    stale = [message.id for message in catalogue if message.id and source.get(message.id, message.context) is None]
    return problems + [f"no longer said: {text}" for text in stale]


def update() -> None:
    catalogue = stored()
    catalogue.update(extracted(), no_fuzzy_matching=True)
    # Dates in the header would make every two branches conflict.
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    catalogue.fuzzy = False
    catalogue.header_comment = "# English texts of the service; `make translations` keeps it up to date."
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    with ENGLISH.open("wb") as file:
        write_po(file, catalogue, width=120, ignore_obsolete=True)


def main(arguments: list[str]) -> int:
    if arguments != ["--check"]:
        update()
        return 0
    problems = check()
    sys.stdout.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
