"""What every HTML page must keep to, whoever asked for it: checked on each page that any test renders."""

import warnings
from collections import Counter
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask, Response, request
from html5lib.constants import DataLossWarning

LABELLED = {"input", "select", "textarea"}
NEEDS_NO_LABEL = {"hidden", "submit", "button", "reset", "image"}


def problems_of(page: str) -> list[str]:
    """What is wrong with a whole HTML document; empty when nothing is."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataLossWarning)  # the tree builder's own limits, not the page's faults
        tree = parser.parse(page)
    found = [f"not valid at {position}: {code} {details}" for position, code, details in parser.errors]
    found += _headings(tree)
    found += _ids(tree)
    found += _labels(tree)
    return found


def watch(app: Flask, found: list[str]) -> None:
    """Add to `found` whatever is wrong with any page `app` renders from now on."""

    @app.after_request
    def check(response: Response) -> Response:
        whole = response.status_code not in (204, 301, 302, 303, 308)
        if whole and response.mimetype == "text/html" and not response.is_streamed:
            page = response.get_data(as_text=True)
            found.extend(f"{request.method} {request.full_path}: {problem}" for problem in problems_of(page))
        return response


def _headings(tree: Element) -> list[str]:
    found = []
    if (count := len(list(tree.iter("h1")))) != 1:
        found.append(f"{count} h1 elements")
    title = tree.find(".//title")
    if title is None or not (title.text or "").strip():
        found.append("no title")
    root_language = tree.get("lang")
    if root_language not in ("vi", "en"):
        found.append(f"lang is {root_language!r}")
    return found


def _ids(tree: Element) -> list[str]:
    counted = Counter(element.get("id") for element in tree.iter() if element.get("id"))
    found = [f"id {name!r} stands {count} times" for name, count in counted.items() if count > 1]
    for element in tree.iter():
        for attribute in ("aria-describedby", "aria-labelledby", "for"):
            names = (element.get(attribute) or "").split()
            found += [f"{attribute} names {name!r}, which is not there" for name in names if name not in counted]
    return found


def _labels(tree: Element) -> list[str]:
    labelled = {label.get("for") for label in tree.iter("label")}
    inside = {id(field) for label in tree.iter("label") for field in label.iter() if field.tag in LABELLED}
    return [
        f"<{field.tag} name={field.get('name')!r}> has no label"
        for field in tree.iter()
        if field.tag in LABELLED
        and field.get("type") not in NEEDS_NO_LABEL
        and id(field) not in inside
        and field.get("id") not in labelled
        and not field.get("aria-label")
        and not field.get("aria-labelledby")
    ]
