"""How long a keyer waits for the next form: a batch of 300 keyed by a script in a real Chromium, at the service itself.

A wait begins with the last key of a form, as the browser received it, and ends when the next form is ready: its number
in the field that has the focus, and then that drawn. Storing goes on meanwhile; the last row says whether it keeps up.
"""

from time import perf_counter

from playwright.sync_api import Page, sync_playwright
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from benchmarks import sample
from benchmarks.report import percentile, progress, say, table, verdict
from benchmarks.serving import Place
from deploy.browser import find_chromium
from feedback_app.kit import clock
from feedback_app.paper import operations, queries
from feedback_app.staff import operations as staff
from feedback_app.surveys.models import Response
from feedback_app.surveys.versions import VersionView

DATABASE = "keying"
FORMS = 300
LONGEST_MS = 50
QUESTIONNAIRE = "tt32"
PASSWORD = "a password for measurements, and for nothing else"  # noqa: S105  # of a database that ends with the run

# The page's own listener runs between these two: what it left is there when the second is called.
WATCH = """
    globalThis.waits = [];
    let last = null;
    addEventListener("keydown", (event) => {
        if (!document.querySelector("[data-end].is-current") || event.key !== "Enter") return;
        last = [event.timeStamp, performance.now()];
    }, true);
    addEventListener("keydown", () => {
        if (last === null) return;
        const [[began, heard], ready] = [last, document.activeElement.name === "number" ? performance.now() : NaN];
        last = null;
        const frame = new MessageChannel();
        frame.port1.onmessage = () => waits.push([ready - began, performance.now() - began, ready - heard]);
        requestAnimationFrame(() => frame.port2.postMessage(null));
    });
"""


def measure(place: Place) -> bool:
    """Print the waits; whether every form became one response with the answers it was given."""
    place.migrated(DATABASE)
    office = sample.set_up(place, DATABASE)
    version = office.versions[QUESTIONNAIRE]
    with Session(place.engine(DATABASE)) as session:
        now = clock.now()
        keyer = staff.add_member(
            session,
            now=now,
            actor_id=None,
            username="keyer",
            display_name="Keyer",
            role="staff",
            department_id=office.departments[0],
            password=PASSWORD,
        )
        issued = operations.issue(
            session,
            now=now,
            issuer=keyer,
            department_id=office.departments[0],
            place_id=office.places[0],
            version_id=version.id,
            size="A4",
            coded=False,
            stage=None,
            answered_on=clock.local_day(now),
            count=FORMS,
        )
        session.commit()
    with (
        # Cookies of a production process are for HTTPS alone, and there is none here.
        place.site("keying", "wsgi:application", DATABASE, environ={"FEEDBACK_ENV": "development"}) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="vi-VN")
        page.add_init_script(WATCH)
        page.goto(f"http://127.0.0.1:{site.port}/nhap-phieu/phieu?tap={issued.batch_id}")
        page.get_by_label("Tên đăng nhập").fill("keyer")
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.locator("[data-keying] [name=number]:focus").wait_for()
        with progress(f"keying {FORMS} forms"):
            began = perf_counter()
            for number in range(FORMS):
                _key(page, version, number)
            keyed = perf_counter() - began
            page.locator("[data-state]", has_text="Đã lưu.").wait_for(timeout=120_000)
            stored = perf_counter() - began
        waits: list[list[float]] = page.evaluate("waits")
        browser.close()
    exact = _is_exact(place, version, issued.batch_id)
    say(f"\n### Keying {FORMS} forms without the mouse\n")
    ready, drawn, worked = ([each[place] for each in waits] for place in (0, 1, 2))
    longest = max(ready, default=float("nan"))
    rows = [
        ("forms measured", f"{len(waits)}", f"{FORMS}", verdict(len(waits) == FORMS)),
        ("last key to next form ready, p50 / p95 ms", _shares(ready), "", ""),
        ("of that the work of the page, p50 / p95 / max ms", f"{_shares(worked)} / {max(worked):.1f}", "", ""),
        (f"waits above {LONGEST_MS} ms", f"{sum(wait > LONGEST_MS for wait in ready)} of {len(ready)}", "", ""),
        ("the longest of them, ms", f"{longest:.1f}", f"{LONGEST_MS}", verdict(longest <= LONGEST_MS)),
        ("last key to next form drawn, p50 / p95 / max ms", f"{_shares(drawn)} / {max(drawn):.1f}", "", ""),
        ("responses and tallies as keyed", "yes" if exact else "NO", "yes", verdict(exact)),
        ("seconds of keying; until all was stored", f"{keyed:.1f}; {stored:.1f}", "", ""),
    ]
    say(table(("", "measured", "goal", ""), rows))
    return exact and len(waits) == FORMS and longest <= LONGEST_MS


def _picked(place: int, number: int, count: int) -> int:
    """Which choice, from 0, form `number` has of the question at `place`."""
    return (number * (place + 3) + place) % count


def _key(page: Page, version: VersionView, number: int) -> None:
    page.keyboard.press("Enter")
    for place, question in enumerate(version.questions):
        if question.kind == "text":
            page.keyboard.press("Control+Enter")
            continue
        page.keyboard.press(str(1 + _picked(place, number, len(question.choices))))
        if question.kind == "several":
            page.keyboard.press("Enter")
    page.keyboard.press("Enter")


def _is_exact(place: Place, version: VersionView, batch_id: int) -> bool:
    expected: dict[int, int] = {}
    for number in range(FORMS):
        for position, question in enumerate(version.questions):
            if question.choices:
                choice = question.choices[_picked(position, number, len(question.choices))].id
                expected[choice] = expected.get(choice, 0) + 1
    with Session(place.engine(DATABASE)) as session:
        tallies = text("SELECT choice, count(*) FROM responses, unnest(choice_ids) AS choice GROUP BY choice")
        found = {int(choice): int(count) for choice, count in session.execute(tallies)}
        responses = session.scalar(select(func.count()).select_from(Response))
        sums = queries.sums(session, batch_id)
    return found == expected and responses == sums.keyed == sums.issued == FORMS


def _shares(values: list[float]) -> str:
    return f"{percentile(values, 0.5):.1f} / {percentile(values, 0.95):.1f}"
