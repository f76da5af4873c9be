"""Reads an article from a file of text, Markdown or HTML. Pure: nothing is stored.

Words are never changed. Characters are: NFC, every kind of space an ordinary one, runs of spaces one; and in text and
HTML what Markdown would take for markup is escaped.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from typing import Final

from feedback_app.articles import furniture, proofreading
from feedback_app.articles.commands import ImportArticle
from feedback_app.articles.furniture import Furniture
from feedback_app.articles.proofreading import ReadNumber, Remark
from feedback_app.kit.errors import N_, Invalid
from feedback_app.kit.text import normalise, slug

FORMATS: Final = (".txt", ".md", ".html", ".htm")

_BULLET = re.compile(r"^[-•*+–] ?(?=\S)")
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&])")
_ORDERED = re.compile(r"^(\d+)([.)]) ")
_LINK_TARGET = re.compile(r"\]\([^)]*\)")
_SENTENCE_END = (".", "…", "!", "?", ":", ";", ",", "”")
_LONGEST_BYLINE = 15
_FRONT_MATTER = ("title", "slug", "summary", "byline", "published_on", "demonstration")


class BadArticle(Invalid):
    """The file holds no article that could be stored."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a file gives: the article, what stood around it, and what its editor should look at."""

    article: ImportArticle
    furniture: Furniture
    remarks: tuple[Remark, ...]
    numbers: tuple[ReadNumber, ...]


def read_article(text: str, *, suffix: str) -> Draft:
    """An article from the text of a file with this suffix; raises BadArticle.

    Title: the first heading or the first line. Byline: a short last line without a full stop.
    """
    if suffix == ".md":
        return _from_markdown(text)
    if suffix in (".html", ".htm"):
        reader = _PageReader()
        reader.feed(text)
        reader.close()
        return _from_lines(reader.lines, title=normalise(reader.title))
    if suffix == ".txt":
        return _from_lines(text.lstrip("\ufeff").splitlines())
    raise BadArticle(N_("Chỉ đọc được tệp .txt, .md và .html."))


def _from_markdown(text: str) -> Draft:
    """Front matter between `---` lines, then Markdown, whose first `# ` heading is the title unless one is given."""
    lines = text.lstrip("\ufeff").splitlines()
    head: dict[str, str] = {}
    if lines and lines[0].strip() == "---":
        try:
            end = next(at for at, line in enumerate(lines[1:], start=1) if line.strip() == "---")
        except StopIteration as error:
            raise BadArticle(N_("Phần đầu tệp mở bằng “---” nhưng không đóng.")) from error
        for line in lines[1:end]:
            name, colon, value = line.partition(":")
            if not colon or name.strip() not in _FRONT_MATTER:
                raise BadArticle(N_("Không hiểu dòng “%(line)s” ở đầu tệp."), line=line)
            head[name.strip()] = normalise(value)
        lines = lines[end + 1 :]
    lines = [_tidy(line) for line in lines]
    heading = next((at for at, line in enumerate(lines) if line.startswith("# ")), None)
    if heading is not None and "title" not in head:
        head["title"] = lines.pop(heading).removeprefix("# ").strip()
    return _draft(head, "\n".join(lines).strip(), Furniture())


def _from_lines(lines: Sequence[str], *, title: str = "") -> Draft:
    kept, around = furniture.split([_tidy(line) for line in lines])
    paragraphs = _paragraphs(kept)
    if title in paragraphs:
        paragraphs.remove(title)
    elif not title and paragraphs:
        title = paragraphs.pop(0)
    byline = ""
    if len(paragraphs) > 1 and _is_byline(paragraphs[-1]):
        byline = paragraphs.pop()
    return _draft({"title": title, "byline": byline}, "\n\n".join(map(_markdown, paragraphs)), around)


def _draft(head: dict[str, str], body: str, around: Furniture) -> Draft:
    title = head.get("title", "")
    if not title:
        raise BadArticle(N_("Bài viết không có tiêu đề."), field="title")
    if not body:
        raise BadArticle(N_("Bài viết không có nội dung."), field="body")
    try:
        published_on = date.fromisoformat(head["published_on"]) if head.get("published_on") else None
    except ValueError as error:
        raise BadArticle(N_("Ngày đăng phải viết theo năm-tháng-ngày, ví dụ 2023-10-05.")) from error
    paragraphs = [title, *(_plain(line) for line in body.splitlines() if line)]
    return Draft(
        ImportArticle(
            slug=head.get("slug") or slug(title)[:80].rstrip("-"),
            title=title,
            body=body,
            summary=head.get("summary", ""),
            byline=head.get("byline", ""),
            published_on=published_on,
            demonstration=head.get("demonstration", "") in ("true", "có"),
        ),
        around,
        tuple(proofreading.remarks(paragraphs)),
        tuple(proofreading.numbers(paragraphs)),
    )


def _tidy(line: str) -> str:
    """One line in normal form; its indent counts in Markdown and stays."""
    indent = len(line) - len(line.lstrip(" "))
    return " " * indent + normalise(line)


def _paragraphs(lines: Sequence[str]) -> list[str]:
    """Lines as paragraphs; one that goes on in lower case right below is a wrapped line of the same paragraph."""
    found: list[str] = []
    wrapped = False
    for raw in lines:
        line = raw.strip()
        if line and wrapped and line[0].islower():
            found[-1] = f"{found[-1]} {line}"
        elif line:
            found.append(line)
        wrapped = bool(line)
    return found


def _is_byline(paragraph: str) -> bool:
    return (
        len(paragraph.split()) <= _LONGEST_BYLINE
        and not paragraph.endswith(_SENTENCE_END)
        and not _BULLET.match(paragraph)
        and not paragraph.startswith("#")
    )


def _markdown(paragraph: str) -> str:
    """A paragraph of plain text as Markdown that shows the same words."""
    if paragraph.startswith("## "):
        return "## " + _SPECIAL.sub(r"\\\1", paragraph[3:])
    bullet = _BULLET.match(paragraph)
    text = _SPECIAL.sub(r"\\\1", paragraph[bullet.end() :] if bullet else paragraph)
    # "2021. " at the start of a line would become the 2,021st item of a list.
    text = _ORDERED.sub(lambda match: match.group() if int(match[1]) < 100 else f"{match[1]}\\{match[2]} ", text)
    return f"- {text}" if bullet else text


def _plain(line: str) -> str:
    """A line of Markdown without its markup, near enough to proofread."""
    return re.sub(r"\\(?=[^\w\s])", "", _LINK_TARGET.sub("]", line)).replace("[", "").replace("]", "")


class _PageReader(HTMLParser):
    """The readable lines of a page: one for each block, list items with a dash, headings below the title with `## `."""

    _BLOCKS: Final = frozenset(
        {
            *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure"),
            *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre"),
            *("section", "table", "tbody", "td", "th", "thead", "tr", "ul"),
        }
    )
    _SILENT: Final = frozenset(["script", "style", "noscript", "template", "svg", "select", "button", "nav", "iframe"])
    _HEADINGS: Final = frozenset(["h2", "h3", "h4", "h5", "h6"])

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.title = ""
        self._words: list[str] = []
        self._silent = 0
        self._title_tag: str | None = None
        self._prefix = ""
        self._has_heading = False

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._SILENT:
            self._silent += 1
        if tag in ("title", "h1") and not self._has_heading:
            self._title_tag, self.title = tag, ""
            self._has_heading = tag == "h1"
        if tag in self._BLOCKS:
            self._end_line()
            self._prefix = "- " if tag == "li" else "## " if tag in self._HEADINGS else self._prefix

    def handle_endtag(self, tag: str) -> None:
        if tag in self._SILENT:
            self._silent = max(0, self._silent - 1)
        if tag in self._BLOCKS:
            self._end_line()
            self._prefix = ""
        if tag == self._title_tag:
            self._title_tag = None

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._title_tag:
            self.title += data
        if self._title_tag != "title":
            self._words.append(data)

    def close(self) -> None:
        super().close()
        self._end_line()

    def _end_line(self) -> None:
        line = normalise("".join(self._words))
        if line:
            self.lines.extend((f"{self._prefix}{line}", ""))
            self._prefix = ""
        self._words.clear()
