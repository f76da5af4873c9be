// Puts the kiosk together: what it keeps, whom it speaks to, and what happens between two persons.

import { Controls } from "./controls.js";
import { Days } from "./days.js";
import { Delivery } from "./delivery.js";
import { boot } from "./ids.js";
import { Journey } from "./journey.js";
import { find, showStaffScreen } from "./screens.js";
import { Server } from "./server.js";
import { openStore } from "./store.js";

const RENEW_MS = 15 * 60_000;
const CALL_MS = 3_000;
const RETRY_MS = 10_000;
const BUILD = find('meta[name="kiosk-build"]').content;

const page = JSON.parse(document.getElementById("kiosk-data")?.textContent ?? "null");
const name = page ? `kiosk ${page.url}` : "kiosk";
const store = await openStore(name);
const server = new Server(page?.url ?? null, find('meta[name="csrf-token"]')?.content);
const delivery = new Delivery(store, server, name);
const days = page ? null : new Days(store, () => Date.now() + (server.offset ?? 0));

let configuration = page;
let etag = null;
let journey = null;
let reloads = false; // A new edition of this page waits for the person to leave.
let waiting = null; // Its service worker.

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

// What may happen only while nobody is there

const whenFree = () => {
  if (delivery.revoked) return showRevoked();
  if (reloads) return location.reload();
  waiting?.postMessage("take over");
  return null;
};

const showRevoked = () => {
  if (journey && !journey.stopped && !journey.isFree) return; // After this person.
  if (!journey?.stopped || !find("[data-screen=revoked]")) {
    journey?.stop();
    showStaffScreen("revoked");
  }
};

const start = () => {
  if (journey) return journey.take(configuration);
  journey = new Journey({ configuration, delivery, server, days, onFree: whenFree });
  new Controls(journey);
  return journey.reset();
};

// The device's key and configuration

const pull = async () => {
  const fresh = await server.pull(etag);
  await accepted();
  if (!fresh) return;
  ({ configuration, etag } = fresh);
  await store.set("configuration", { configuration, etag });
  start();
};

/** The server knows the key: where it seemed revoked, it is not. */
const accepted = async () => {
  if (!delivery.revoked) return;
  delivery.revoked = false;
  await store.set("revoked", false);
  journey?.reset();
};

const orRevoked = async (act) => {
  try {
    await act();
    return true;
  } catch (error) {
    if (error.status === 401) delivery.revoke();
    return false;
  }
};

const report = async () => {
  const { unsent, held } = delivery.counts;
  const [oldest] = await store.oldest(1);
  const used = await navigator.storage?.estimate?.();
  const { settings } = await server.report({
    boot,
    clock: Date.now(),
    app: BUILD,
    settings: configuration.settings,
    unsent,
    held,
    oldest: oldest ? Math.max(0, Date.now() - oldest.clock) : null,
    storage: {
      persisted: (await navigator.storage?.persisted?.()) ?? false,
      used: used?.usage ?? null,
      quota: used?.quota ?? null,
    },
    days: await store.days(),
  });
  await accepted();
  if (settings > configuration.settings) await pull();
};

const keepReporting = async () => {
  for (;;) {
    await orRevoked(report);
    await pause(configuration.report_seconds * 1000);
  }
};

const keepListening = async () => {
  for (;;) {
    if (configuration.called && journey.isFree && !journey.stopped) {
      await orRevoked(async () => journey.invite(await server.call()));
    }
    await pause(CALL_MS);
  }
};

/** Its answers are away or carried off: nothing of this device's life here remains. */
const leave = async () => {
  await store.clear();
  location.reload();
};

const status = () => {
  const { unsent, held } = delivery.counts;
  const when = server.contact ? new Date(server.contact).toLocaleString("vi-VN") : "–";
  const offset = server.offset ?? 0;
  const seconds = Math.round(offset / 100) / 10 || 0; // Never "-0".
  return {
    name: configuration?.name ?? "–",
    unsent: String(unsent),
    held: String(held),
    contact: when,
    offset: { text: `${seconds.toLocaleString("vi-VN")} s`, ms: offset },
    version: `${BUILD} / ${configuration?.settings ?? "–"}`,
  };
};

/** Only staff need it, so it comes after what people need. */
const prepareMenu = async () => {
  const { Menu } = await import("./menu.js");
  return new Menu({
    pin: () => configuration?.pin,
    store,
    delivery,
    status,
    device: () => configuration?.device ?? null,
    actions: { send: () => delivery.flush(), refresh: () => orRevoked(pull), leave },
    onOpen: () => { journey?.idle.close(); journey?.idle.stop(); },
    onClose: () => (delivery.revoked ? whenFree() : journey?.reset()),
  });
};

// A new edition of the page is fetched in the background and begins between two persons.

const serveOffline = async () => {
  const container = navigator.serviceWorker;
  if (!container) return;
  const controlled = Boolean(container.controller);
  const registration = await container.register("/ki-ot/dich-vu.js", { scope: "/ki-ot" });
  const ready = (worker) => { waiting = worker; if (journey?.isFree) whenFree(); };
  if (registration.waiting && controlled) ready(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker.addEventListener("statechange", () => { if (worker.state === "installed" && container.controller) ready(worker); });
  });
  container.addEventListener("controllerchange", () => {
    reloads = controlled || Boolean(waiting);
    waiting = null;
    if (journey?.isFree) whenFree();
  });
  setInterval(() => registration.update().catch(() => {}), RENEW_MS);
};

const startPage = () => {
  start();
  setInterval(async () => {
    const version = await server.renew().catch(() => configuration.version);
    if (version !== configuration.version && journey.isFree) location.reload();
  }, RENEW_MS);
};

const startDevice = async () => {
  const kept = await store.get("configuration");
  ({ configuration = null, etag = null } = kept ?? {});
  server.key = (await store.get("key")) ?? null;
  server.offset = (await store.get("offset")) ?? null;
  server.onOffset = (offset) => store.set("offset", offset).catch(() => {});
  delivery.revoked = (await store.get("revoked")) ?? false;
  delivery.onRevoked = () => { store.set("revoked", true).catch(() => {}); showRevoked(); };
delivery.onAnsweredBefore = (id) => journey?.answeredBefore(id);
  if (!server.key) {
    const { enrol } = await import("./enrolment.js");
    const { key } = await enrol(server);
    await store.set("key", key);
    server.key = key;
  }
  navigator.storage?.persist?.().catch(() => {});
  if (configuration) start();
  prepareMenu().catch(() => {});
  while (!configuration) {
    showStaffScreen("waiting");
    if (await orRevoked(pull)) break;
    if (delivery.revoked) showRevoked();
    await pause(RETRY_MS);
  }
  if (kept) orRevoked(pull);
  keepReporting();
  keepListening();
};

delivery.onChange = () => { if (journey && !journey.stopped) journey.counted(); };
addEventListener("online", () => delivery.flush());
serveOffline().catch(() => {});
await delivery.recount();
if (page) startPage();
else await startDevice();
delivery.flush();
