// The kiosk: one person after another. The first touch is delivered at once; what follows completes it under the same id.
// Nothing of a person outlives them here but what still waits to be sent, and that only in memory.
(() => {
  "use strict";

  const data = JSON.parse(document.getElementById("kiosk-data").textContent);
  const root = document.documentElement;
  const dialog = document.querySelector("dialog");
  const DEFAULT_LANGUAGE = "vi";
  const LARGE = "4";
  const SEND_SECONDS = 15;
  const LONGEST_PAUSE = 30;
  const RENEW_MINUTES = 15;
  const DOUBLE_TAP_MS = 500;

  document.querySelector("main form").reset();
  const pristine = document.querySelector("main").cloneNode(true);

  let person = null; // { id, touch, revision, answers, comments, sent }
  let shown = null;
  let shownAt = 0;
  let language = DEFAULT_LANGUAGE;

  const find = (selector) => document.querySelector(selector);
  const screens = () => [...document.querySelectorAll("[data-screen]")];
  const texts = () => data.texts[language];

  // Ids

  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

  /** A UUID of version 7 (RFC 9562): its time only orders, it is never read as when the answer was given. */
  const newId = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const time = BigInt(Date.now());
    for (let i = 0; i < 6; i += 1) bytes[i] = Number((time >> BigInt(40 - 8 * i)) & 255n);
    bytes[6] = (bytes[6] & 15) | 112;
    bytes[8] = (bytes[8] & 63) | 128;
    return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  // Says only "the same page", so that repeated presses can be told from a queue of people, and its times compared.
  const boot = newId();
  let sequence = 0;

  // Deliveries: for each response the newest one not yet acknowledged.

  const waiting = new Map();
  let token = find('meta[name="csrf-token"]').content;
  let sending = false;
  let failures = 0;
  let again = 0;

  const showWaiting = () => {
    find("[data-unsent]").hidden = failures === 0 || waiting.size === 0;
    find("[data-unsent-count]").textContent = String(waiting.size);
    // Nobody is told that an answer is recorded before the server has said so.
    const hint = find("[data-thanks-hint]");
    hint.dataset.text = waiting.size ? "thanks-sending" : "thanks-hint";
    hint.textContent = texts()[hint.dataset.text];
  };

  const ask = (url, options) =>
    fetch(url, { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(SEND_SECONDS * 1000), ...options });

  /** A fresh token and the version in force; a kiosk nobody is using starts over when that has changed. */
  const renew = async () => {
    const answer = await ask(data.url, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const fresh = await answer.json();
    token = fresh.csrf;
    if (fresh.version !== data.version && !person && !waiting.size) location.reload();
  };

  /** Whether the server has settled this delivery: stored it, or will never take it. */
  const send = async (id, delivery, mayRenew = true) => {
    const answer = await ask(data.url, {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ boot, mono: performance.now(), clock: Date.now(), items: [{ id, ...delivery }] }),
    });
    if (answer.status === 400 && mayRenew) {
      await renew();
      return send(id, delivery, false);
    }
    if (answer.status !== 200) return false;
    return (await answer.json()).results[0].id === id; // A page of some other server on the way is no answer.
  };

  const flush = async () => {
    if (sending) return;
    sending = true;
    clearTimeout(again);
    while (waiting.size) {
      const [id, delivery] = waiting.entries().next().value;
      let settled = false;
      try {
        settled = await send(id, delivery);
      } catch {
        // No network, or no answer in time: as good as not settled.
      }
      if (!settled) {
        failures += 1;
        again = setTimeout(flush, Math.min(LONGEST_PAUSE, 2 ** failures) * 1000);
        break;
      }
      failures = 0;
      if (waiting.get(id) === delivery) waiting.delete(id);
    }
    sending = false;
    showWaiting();
  };

  const deliver = (sealed) => {
    const content = JSON.stringify([person.answers, person.comments, sealed]);
    if (content === person.sent) return;
    person.sent = content;
    person.revision += 1;
    waiting.set(person.id, {
      ...person.touch,
      version: data.version,
      revision: person.revision,
      sealed,
      answers: structuredClone(person.answers),
      comments: structuredClone(person.comments),
    });
    showWaiting();
    flush();
  };

  // What the page says and how it looks

  const speak = () => {
    root.lang = language;
    for (const element of document.querySelectorAll("[data-text]")) {
      const text = texts()[element.dataset.text];
      if (element.textContent !== text) element.textContent = text;
    }
    for (const element of document.querySelectorAll("[data-label]")) {
      element.setAttribute("aria-label", texts()[element.dataset.label]);
    }
    for (const button of document.querySelectorAll("[data-language]")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === language));
    }
    document.title = `${texts().title}: ${texts().place}`;
  };

  const isLarge = () => root.dataset.text === LARGE;
  const isContrast = () => root.dataset.theme === "contrast";
  const isChanged = () => language !== DEFAULT_LANGUAGE || isLarge() || isContrast();

  const look = (large, contrast) => {
    if (large) root.dataset.text = LARGE;
    else delete root.dataset.text;
    if (contrast) root.dataset.theme = "contrast";
    else delete root.dataset.theme;
    find("[data-large]").setAttribute("aria-pressed", String(large));
    find("[data-contrast]").setAttribute("aria-pressed", String(contrast));
  };

  const show = (screen, { focus = true } = {}) => {
    for (const each of screens()) each.hidden = each !== screen;
    shown = screen;
    shownAt = performance.now();
    if (focus) screen.querySelector(".k-question").focus({ preventScroll: true });
    scrollTo(0, 0);
    wait();
  };

  // From screen to screen

  const key = () => shown.dataset.screen;
  const inputs = () => [...shown.querySelectorAll("input")];
  const ticked = () => inputs().filter((input) => input.checked);

  const collect = () => {
    const values = ticked().map((input) => input.value);
    if (values.length) person.answers[key()] = values;
    else delete person.answers[key()];
  };

  const goOn = () => {
    const all = screens();
    const next = all
      .slice(all.indexOf(shown) + 1)
      .find((screen) => !screen.dataset.for || screen.dataset.for.split(" ").includes(person.outcome));
    if (next.dataset.screen === "thanks") return finish(next);
    deliver(false);
    return show(next);
  };

  const finish = (screen) => {
    deliver(true);
    person = null;
    show(screen);
  };

  const choose = (input) => {
    input.checked = true;
    if (!person) {
      sequence += 1;
      const touch = { sequence, boot, mono: performance.now(), clock: Date.now() };
      person = { id: newId(), touch, revision: 0, answers: {}, comments: {}, sent: "" };
      person.outcome = input.dataset.outcome;
    }
    collect();
    goOn();
  };

  const skip = () => {
    for (const input of inputs()) input.checked = false;
    delete person.answers[key()];
    goOn();
  };

  const goOnWithAnswer = () => {
    const writing = shown.querySelector("textarea");
    if (!writing) collect();
    else if (writing.value.trim()) person.comments[key()] = writing.value;
    goOn();
  };

  /** The next person finds the page as it was drawn: the nodes themselves are new, with no value and no undo. */
  const reset = () => {
    person = null;
    if (dialog.open) dialog.close();
    getSelection().removeAllRanges();
    find("main").replaceWith(pristine.cloneNode(true));
    language = DEFAULT_LANGUAGE;
    look(false, false);
    speak();
    showWaiting();
    show(screens()[0]);
  };

  // Nobody there? Ask, count down, then make room for the next person.

  let idle = 0;
  let tick = 0;

  const wait = () => {
    clearTimeout(idle);
    clearInterval(tick);
    if (key() === "thanks") {
      idle = setTimeout(reset, data.seconds.thanks * 1000);
    } else if (person || isChanged()) {
      const isWriting = shown.dataset.kind === "text" && shown.querySelector("textarea").value !== "";
      idle = setTimeout(countDown, (isWriting ? data.seconds.typing : data.seconds.idle) * 1000);
    }
  };

  const countDown = () => {
    let left = data.seconds.countdown;
    const say = () => {
      find("[data-countdown]").textContent = String(left);
      if (left === 5) find("[data-announce]").textContent = `${left} ${texts()["idle-unit"]}`;
    };
    find("[data-announce]").textContent = "";
    say();
    dialog.showModal();
    tick = setInterval(() => {
      left -= 1;
      say();
      if (left <= 0) leave();
    }, 1000);
  };

  /** What was ticked is kept, in a response that stays partial; a text that nobody sent is not. */
  const leave = () => {
    clearInterval(tick);
    if (person) {
      collect();
      deliver(false);
    }
    reset();
  };

  // Touches and keys

  const actions = [
    ["[data-language]", (button) => { language = button.dataset.language; speak(); }],
    ["[data-large]", () => look(!isLarge(), isContrast())],
    ["[data-contrast]", () => look(isLarge(), !isContrast())],
    ["[data-choose]", () => ticked().forEach(choose)],
    ["[data-skip]", skip],
    ["[data-continue]", goOnWithAnswer],
    ["[data-next-person]", reset],
    ["[data-more-time]", () => dialog.close()],
  ];

  document.addEventListener("click", (event) => {
    // The second half of a double tap was meant for the screen before.
    if (event.detail > 1 && performance.now() - shownAt < DOUBLE_TAP_MS) {
      event.preventDefault();
      return;
    }
    const input = event.target.closest("input[type=radio]");
    // Arrow keys also "click" the radio they move to; only a touch, or Enter, chooses it.
    if (input && (event.detail > 0 || event.pointerType)) choose(input);
    for (const [selector, act] of actions) {
      const button = event.target.closest(selector);
      if (button) {
        act(button);
        break;
      }
    }
    if (!dialog.open) wait();
  });

  const move = (event, by) => {
    const stops = [...shown.querySelectorAll("input, button:not(.k-choose)")];
    const here = stops.indexOf(document.activeElement);
    if (document.activeElement.matches("textarea") || (here >= 0 && stops[here].type === "radio")) return;
    event.preventDefault();
    stops[here < 0 ? 0 : (here + by + stops.length) % stops.length].focus();
  };

  const press = (event) => {
    const number = Number(event.key);
    const input = number ? inputs()[number - 1] : null;
    if (input && input.type === "radio") choose(input);
    else if (input) input.click();
  };

  const enter = (event) => {
    const active = document.activeElement;
    if (!active.matches("input")) return;
    event.preventDefault();
    if (active.type === "radio") choose(active);
    else active.click();
  };

  document.addEventListener("keydown", (event) => {
    if (dialog.open || event.ctrlKey || event.altKey || event.metaKey) return;
    const isWriting = event.target.matches("textarea");
    if (event.key === "ArrowDown" || event.key === "ArrowRight") move(event, 1);
    else if (event.key === "ArrowUp" || event.key === "ArrowLeft") move(event, -1);
    else if (event.key === "Enter" && !isWriting && !event.repeat) enter(event);
    else if (/^[1-9]$/.test(event.key) && !isWriting && !event.repeat) press(event);
    wait();
  });

  document.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("contextmenu", (event) => event.preventDefault());
  document.addEventListener("input", wait);
  document.addEventListener("pointerdown", () => { if (!dialog.open) wait(); });
  dialog.addEventListener("close", wait);
  addEventListener("online", flush);
  setInterval(() => { if (!person) renew().catch(() => {}); }, RENEW_MINUTES * 60_000);

  show(screens()[0], { focus: false });
})();
