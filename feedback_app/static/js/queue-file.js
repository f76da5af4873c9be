// A large file of a kiosk's answers goes up in parts, one after another, each an export of its own that the server
// settles in a few seconds. What was delivered already is known by its id, so an upload that broke off is begun again.
// Without this script the file is sent as a whole, and the server says so where it is too large for that.
(() => {
  "use strict";

  const form = document.querySelector("form[data-queue-file]");
  if (!form) return;
  const texts = form.dataset;
  const button = form.querySelector("button");
  const state = document.querySelector("[data-queue-state]");
  const bar = state.querySelector("progress");
  const told = state.querySelector("[role=status]");
  const list = state.appendChild(document.createElement("ul"));
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const number = (value) => value.toLocaleString(document.documentElement.lang);

  const read = async (file) => {
    try {
      const document = JSON.parse(await file.text());
      return Array.isArray(document?.items) ? document : null;
    } catch {
      return null; // The server says what is wrong with it.
    }
  };

  const send = async (part) => {
    const body = new FormData(form);
    body.set("file", new Blob([JSON.stringify(part)], { type: "application/json" }), "phieu.json");
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    const result = await answer.json();
    if (!answer.ok) throw new Error(result.message);
    return result;
  };

  const line = (text) => {
    const item = document.createElement("li");
    item.textContent = text;
    list.append(item);
  };

  const deliver = async (whole, size) => {
    const outcomes = new Map();
    const faults = [];
    bar.max = whole.items.length;
    for (let start = 0; start < whole.items.length; start += size) {
      bar.value = start;
      told.textContent = fill(texts.sending, { done: number(start), all: number(whole.items.length) });
      const result = await send({ ...whole, items: whole.items.slice(start, start + size) });
      for (const { label, count } of result.outcomes) outcomes.set(label, (outcomes.get(label) ?? 0) + count);
      faults.push(...result.faults);
    }
    bar.value = whole.items.length;
    told.textContent = fill(texts.done, { all: number(whole.items.length) });
    for (const [label, count] of outcomes) line(`${label}: ${number(count)}`);
    for (const { id, reason } of faults.slice(0, Number(texts.listed))) line(`${id ?? "–"}: ${reason}`);
  };

  const warn = (event) => event.preventDefault();

  form.addEventListener("submit", async (event) => {
    const [file] = form.querySelector("input[type=file]").files;
    if (!file) return;
    event.preventDefault();
    button.disabled = true;
    const whole = await read(file);
    const size = Number(texts.part);
    if (!whole || whole.items.length <= size) {
      button.disabled = false;
      form.submit();
      return;
    }
    addEventListener("beforeunload", warn);
    list.replaceChildren();
    state.hidden = false;
    try {
      await deliver(whole, size);
    } catch (error) {
      told.textContent = `${texts.stopped} ${error instanceof TypeError || error instanceof SyntaxError ? "" : error.message}`.trim();
    } finally {
      button.disabled = false;
      removeEventListener("beforeunload", warn);
    }
  });
})();
