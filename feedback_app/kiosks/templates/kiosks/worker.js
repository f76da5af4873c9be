// The kiosk's service worker: after one visit the page starts without network, also after the device was switched off.
// A new edition waits until the page says that nobody is there.

const BUILD = {{ build | tojson }};
const SHELL = {{ shell | tojson }};
const FILES = {{ files | tojson }};
const CACHE = `ki-ot ${BUILD}`;
const PAGES = "ki-ot pages"; // Pages that are not enrolled, each with its own configuration.
const NETWORK_MS = 4000;

addEventListener("install", (event) => {
  // Every file is asked for anew, so that an edition is never put together from two.
  const fetched = [SHELL, ...FILES].map((file) => new Request(file, { cache: "no-cache" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fetched)));
});

const forgetOthers = async () => {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("ki-ot") && name !== CACHE && name !== PAGES).map((name) => caches.delete(name)));
};

addEventListener("activate", (event) => event.waitUntil(forgetOthers().then(() => clients.claim())));
addEventListener("message", (event) => { if (event.data === "take over") skipWaiting(); });

const kept = async (path) => (await (await caches.open(CACHE)).match(path)) ?? fetch(path);

/** The network first: such a page carries what it asks. Without it, the page as it last was. */
const fresh = async (request) => {
  const pages = await caches.open(PAGES);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(NETWORK_MS) });
    if (answer.ok) await pages.put(request.url, answer.clone());
    return answer;
  } catch (error) {
    const last = await pages.match(request.url);
    if (last) return last;
    throw error;
  }
};

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || request.method !== "GET") return;
  if (pathname === SHELL || FILES.includes(pathname)) event.respondWith(kept(pathname));
  else if (request.mode === "navigate" && pathname.startsWith(`${SHELL}/`)) event.respondWith(fresh(request));
});
