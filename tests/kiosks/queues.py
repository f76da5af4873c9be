"""What a kiosk keeps in its browser, as tests look at it and fill it."""

import time
from typing import Any

from playwright.sync_api import Page

# Names of IndexedDB: pages that are not enrolled keep theirs apart.
_READ = """async (name) => {
    const found = (await indexedDB.databases()).map((each) => each.name).filter((each) => each.startsWith("kiosk"));
    const rows = [];
    for (const each of found) {
        const database = await new Promise((resolve) => {
            const request = indexedDB.open(each);
            request.onsuccess = () => resolve(request.result);
        });
        rows.push(...await new Promise((resolve) => {
            const request = database.transaction(name).objectStore(name).getAll();
            request.onsuccess = () => resolve(request.result);
        }));
        database.close();
    }
    return rows;
}"""

_FILL = """async ({ items }) => {
    const database = await new Promise((resolve) => {
        const request = indexedDB.open("kiosk");
        request.onsuccess = () => resolve(request.result);
    });
    await new Promise((resolve) => {
        const transaction = database.transaction(["queue", "kept"], "readwrite");
        for (const item of items) transaction.objectStore("queue").put(item);
        transaction.objectStore("kept").put(items.at(-1).sequence, "sequence");
        transaction.oncomplete = resolve;
    });
    database.close();
}"""

_MULTIPLY = """async ([item, count]) => {
    const { newId } = await import("/static/js/kiosk/ids.js");
    const database = await new Promise((resolve) => {
        const request = indexedDB.open("kiosk");
        request.onsuccess = () => resolve(request.result);
    });
    await new Promise((resolve) => {
        const transaction = database.transaction(["queue", "kept"], "readwrite");
        const queue = transaction.objectStore("queue");
        for (let sequence = 1; sequence <= count; sequence += 1) queue.put({ ...item, id: newId(), sequence });
        transaction.objectStore("kept").put(count, "sequence");
        transaction.oncomplete = resolve;
    });
    database.close();
}"""

_COUNT = """() => new Promise((resolve) => {
    const request = indexedDB.open("kiosk");
    request.onsuccess = () => {
        const asked = request.result.transaction("queue").objectStore("queue").count();
        asked.onsuccess = () => { request.result.close(); resolve(asked.result); };
    };
})"""

_NEXT_TASK = """() => new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = resolve;
    channel.port2.postMessage(0);
})"""


def rows(page: Page, store: str) -> list[dict[str, Any]]:
    """All of one store: `queue`, `held`, `days` or `kept`."""
    found: list[dict[str, Any]] = page.evaluate(_READ, store)
    return found


def fill(page: Page, items: list[dict[str, Any]]) -> None:
    """Put answers into the queue of the enrolled device, as if people had given them."""
    page.evaluate(_FILL, {"items": items})


def multiply(page: Page, item: dict[str, Any], count: int) -> None:
    """Fill the queue of the enrolled device with as many answers like this one, each with an id of its own."""
    page.evaluate(_MULTIPLY, [item, count])


def waiting(page: Page) -> int:
    """How many answers the enrolled device still has to send."""
    return int(page.evaluate(_COUNT))


def expect_sent(page: Page, seconds: float = 15) -> None:
    """Wait until the kiosk keeps nothing any more that it has to send."""
    # A touch may still be on its way into the store when the screen has changed already.
    page.evaluate(_NEXT_TASK)
    end = time.monotonic() + seconds
    while left := rows(page, "queue"):
        assert time.monotonic() < end, f"still unsent: {left}"
        time.sleep(0.05)
