"""Markdown to the HTML that is stored and shown. Pure."""

import re
from dataclasses import dataclass
from html import escape
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from feedback_app.articles.figures import SCHEME, read_written
from feedback_app.kit.numbers import NotANumber

_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
_TAGS: Final = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "strong", "em", "code", "pre"),
    *("a", "data", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES: Final = {"a": {"href", "title"}, "data": {"class", "value"}, "ol": {"start"}}
_SPACE_BEFORE_PERCENT = re.compile(r"(?<=\d) %")


@dataclass(frozen=True, slots=True)
class BoundFigure:
    """A figure as it stands in the text; `reference` is the link's target as written."""

    position: int
    reference: str
    written: str


@dataclass(frozen=True, slots=True)
class Rendered:
    html: str
    figures: tuple[BoundFigure, ...]


def render(body: str) -> Rendered:
    """HTML without anything that could run or load, and the bound figures in the order they stand.

    A bound figure links to `#so-lieu-N`, its place in the list of figures below the article. The page's own title is
    the only h1, so headings begin at h2.
    """
    figures: list[BoundFigure] = []
    tokens = _MARKDOWN.parse(body)
    for token in tokens:
        if token.type in ("heading_open", "heading_close") and token.tag == "h1":
            token.tag = "h2"
        if token.children:
            token.children = _bind(token.children, figures)
    html = str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))
    return Rendered(
        nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto", "tel"}),
        tuple(figures),
    )


def _bind(children: list[Token], figures: list[BoundFigure]) -> list[Token]:
    """Inline tokens with every bound link made one token; adds what it finds to `figures`."""
    kept: list[Token] = []
    inside: list[str] | None = None
    target = ""
    for token in children:
        href = str(token.attrGet("href") or "") if token.type == "link_open" else ""
        if href.startswith(SCHEME):
            inside, target = [], href
        elif token.type == "link_close" and inside is not None:
            figure = BoundFigure(len(figures) + 1, target, "".join(inside))
            figures.append(figure)
            kept.append(Token("html_inline", "", 0, content=_markup(figure)))
            inside = None
        elif inside is not None:
            inside.append(token.content)
        else:
            if token.type == "text":
                token.content = _SPACE_BEFORE_PERCENT.sub("\u00a0%", token.content)
            kept.append(token)
    return kept


def _markup(figure: BoundFigure) -> str:
    shown = escape(_SPACE_BEFORE_PERCENT.sub("\u00a0%", figure.written))
    link = f'<a href="#so-lieu-{figure.position}">{shown}</a>'
    try:
        return f'<data class="figure" value="{read_written(figure.written)}">{link}</data>'
    except NotANumber:
        return link
