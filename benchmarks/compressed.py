"""The service as a browser gets it behind the reverse proxy of deploy/README.md, which compresses texts."""

import gzip
from collections.abc import Callable, Iterable
from typing import Any

from wsgi import application as service

TEXTS = ("text/", "application/json", "application/manifest+json", "image/svg+xml")
SMALLEST = 256
LEVEL = 6


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    told: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
        told.extend((status, headers))
        return lambda _: None

    body = b"".join(service(environ, start))
    status, headers = told
    kind = dict(headers).get("Content-Type", "")
    if kind.startswith(TEXTS) and len(body) >= SMALLEST and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
        body = gzip.compress(body, LEVEL)
        headers = [(name, value) for name, value in headers if name != "Content-Length"]
        headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]
