"""The kiosk page, the same for every device and without data; and worker and manifest, by which a device keeps it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, current_app, json, render_template, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import force_locale

from feedback_app.kit.web import public, settings

blueprint = Blueprint("kiosks_shell", __name__, template_folder="templates")

_KEPT: Final = "kiosk_edition"
# A device asks each time whether there is a newer one, and starts from what it has while there is no answer.
_ASK_AGAIN: Final = {"Cache-Control": "no-cache"}
# What only staff see, and the keyboard that only some kiosks offer; the page fetches them when it can be used already.
_LATER: Final = {f"js/kiosk/{name}.js" for name in ("enrolment", "keyboard", "menu", "vietnamese")}
_ICONS: Final = (("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"))


@dataclass(frozen=True, slots=True)
class Edition:
    """The page as this process serves it: `modules` are needed at once, `files` (all in the static folder) to start
    without network; `build` is another whenever one of them changes."""

    build: str
    modules: tuple[str, ...]
    files: tuple[str, ...]


@blueprint.record_once
def _read_edition(state: BlueprintSetupState) -> None:
    static = Path(str(state.app.static_folder))
    modules = tuple(sorted(path.relative_to(static).as_posix() for path in (static / "js" / "kiosk").glob("*.js")))
    others = ("css/tokens.css", "css/kiosk.css", "fonts/be-vietnam-pro-700.woff2", "favicon.svg")
    digest = hashlib.sha256(state.app.extensions["settings"].office.name.encode())
    templates = Path(__file__).parent / "templates" / "kiosks"
    drawn = (
        templates / "shell.html",
        templates / "worker.js",
        Path(state.app.root_path) / "templates/layouts/kiosk.html",
    )
    for path in (*(static / name for name in (*others, *modules)), *drawn):
        digest.update(path.read_bytes())
    state.app.extensions[_KEPT] = Edition(
        digest.hexdigest()[:12], tuple(name for name in modules if name not in _LATER), (*others, *modules)
    )


@blueprint.get("/ki-ot")
@public
def device() -> Response:
    """Where an enrolled device lives: its key and its configuration are in the browser, not in this page."""
    return Response(draw_shell(), headers=_ASK_AGAIN)


@blueprint.get("/ki-ot/dich-vu.js")
@public
def worker() -> Response:
    """The service worker of every kiosk page."""
    edition = _edition()
    drawn = render_template(
        "kiosks/worker.js",
        build=edition.build,
        shell=url_for("kiosks_shell.device"),
        files=[url_for("static", filename=name) for name in edition.files],
    )
    return Response(drawn, mimetype="text/javascript", headers={**_ASK_AGAIN, "Service-Worker-Allowed": "/ki-ot"})


@blueprint.get("/ki-ot/ung-dung.webmanifest")
@public
def manifest() -> Response:
    """What lets a tablet install the page and open it without a browser around it."""
    described = {
        "name": settings().office.name,
        "short_name": "Ki-ốt",
        "lang": "vi",
        "start_url": url_for("kiosks_shell.device"),
        "scope": url_for("kiosks_shell.device"),
        "display": "fullscreen",
        "background_color": "#f6f3ea",
        "theme_color": "#0b474d",
        "icons": [
            {
                "src": url_for("static", filename=f"icons/kiosk-{purpose}-{size.partition('x')[0]}.png"),
                "sizes": size,
                "type": "image/png",
                "purpose": purpose,
            }
            for size, purpose in _ICONS
        ],
    }
    return Response(json.dumps(described), mimetype="application/manifest+json", headers=_ASK_AGAIN)


def draw_shell(*, data: dict[str, Any] | None = None, form_url: str | None = None) -> str:
    """The page; with `data`, the configuration it works with, it is the page of a place. It begins in Vietnamese."""
    edition = _edition()
    with force_locale("vi"):
        return render_template(
            "kiosks/shell.html", build=edition.build, modules=edition.modules, data=data, form_url=form_url
        )


def _edition() -> Edition:
    found: Edition = current_app.extensions[_KEPT]
    return found
