// The hidden exit: a long press on the office line, or Escape held as long, then the PIN, then what staff may do.

import { find } from "./screens.js";

const PRESS_MS = 5_000;
const TRIES = 5;
const PAUSE_MS = 60_000;
const WORST_OFFSET_MS = 300_000;

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** Whether `typed` is the PIN, checked on the device, so that it opens without network. */
export const isPin = async (typed, { salt, iterations, hash }) => {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(typed), "PBKDF2", false, ["deriveBits"]);
  const derived = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations }, key, 256);
  const wanted = bytes(hash);
  return new Uint8Array(derived).every((byte, i) => byte === wanted[i]);
};

const save = (name, content) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(content)], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), PAUSE_MS);
};

const bare = ({ reason: _reason, ...item }) => item;

export class Menu {
  press = 0;
  exported = false;

  /** `status()` tells what is shown; `actions` are send, refresh, leave; `onClose` makes room for the next person. */
  constructor({ pin, store, delivery, status, device, actions, onOpen, onClose }) {
    this.dialog = find("#staff");
    Object.assign(this, { pin, store, delivery, status, device, actions, onOpen, onClose });
    this.listen();
  }

  listen() {
    const begin = () => { clearTimeout(this.press); this.press = setTimeout(() => this.open(), PRESS_MS); };
    const end = () => clearTimeout(this.press);
    document.addEventListener("pointerdown", (event) => { if (event.target.closest(".k-office")) begin(); });
    for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, end);
    document.addEventListener("pointermove", (event) => { if (!event.target.closest?.(".k-office")) end(); });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.repeat) begin(); });
    document.addEventListener("keyup", (event) => { if (event.key === "Escape") end(); });
    document.addEventListener("click", (event) => { if (event.target.closest("[data-staff]")) this.open(); });
    this.dialog.addEventListener("close", () => this.closed());
    this.part("pin").addEventListener("submit", (event) => { event.preventDefault(); this.check(); });
    for (const key of this.part("pin").querySelectorAll("[data-digit]")) {
      key.addEventListener("click", () => { this.field.value += key.dataset.digit; });
    }
    this.part("pin").querySelector("[data-erase]").addEventListener("click", () => { this.field.value = this.field.value.slice(0, -1); });
    for (const button of this.dialog.querySelectorAll("[data-do]")) {
      button.addEventListener("click", () => this[button.dataset.do](button));
    }
  }

  get field() { return this.dialog.querySelector("[name=pin]"); }
  part(name) { return this.dialog.querySelector(`[data-part=${name}]`); }
  tell(text) { this.dialog.querySelector("[data-told]").textContent = text; }

  turnTo(name) {
    for (const part of this.dialog.querySelectorAll("[data-part]")) part.hidden = part.dataset.part !== name;
    this.tell("");
    this.part(name).querySelector("input, button")?.focus();
  }

  open() {
    if (!this.pin() || this.dialog.open) return; // Where no PIN is known, nobody gets in.
    this.onOpen();
    this.field.value = "";
    this.dialog.showModal();
    this.turnTo("pin");
  }

  close() { this.dialog.close(); }

  closed() {
    this.field.value = "";
    this.exported = false;
    this.onClose();
  }

  async check() {
    const words = this.dialog.dataset;
    const typed = this.field.value;
    this.field.value = "";
    this.tell("");
    const { wrong = 0, closedUntil = 0 } = (await this.store.get("tries")) ?? {};
    const left = closedUntil - Date.now();
    if (left > 0 && left <= PAUSE_MS) return this.tell(words.wait);
    // Kept, and before the PIN is looked at: a page loaded anew goes on counting.
    const isLast = wrong + 1 >= TRIES;
    await this.store.set("tries", isLast ? { closedUntil: Date.now() + PAUSE_MS } : { wrong: wrong + 1 });
    if (await isPin(typed, this.pin())) {
      await this.store.set("tries", {});
      return this.show();
    }
    return this.tell(isLast ? words.wait : words.wrong);
  }

  async show() {
    this.turnTo("menu");
    await this.refreshStatus();
  }

  async refreshStatus() {
    const { held } = await this.delivery.everything();
    for (const [name, value] of Object.entries(this.status())) {
      const place = this.dialog.querySelector(`[data-status=${name}]`);
      place.textContent = value.text ?? value;
      place.classList.toggle("is-bad", name === "offset" && Math.abs(value.ms) > WORST_OFFSET_MS);
    }
    this.dialog.querySelector("[data-held]").replaceChildren(
      ...held.map(({ sequence, reason }) => {
        const line = document.createElement("li");
        line.textContent = `#${sequence}: ${reason.message ?? reason.outcome}`;
        return line;
      }),
    );
  }

  async send() {
    await this.actions.send();
    await this.refreshStatus();
    this.tell(this.delivery.counts.unsent ? this.dialog.dataset.unsent : this.dialog.dataset.sent);
  }

  async refresh() {
    const done = await this.actions.refresh();
    await this.refreshStatus();
    this.tell(done ? this.dialog.dataset.refreshed : this.dialog.dataset.offline);
  }

  async export() {
    const { queue, held } = await this.delivery.everything();
    const exported = new Date().toISOString();
    const reasons = Object.fromEntries(held.map((item) => [item.id, item.reason]));
    save(`ki-ot-${exported.slice(0, 16).replace(/\D/g, "")}.json`, {
      device: this.device(),
      exported: Date.parse(exported),
      items: [...queue, ...held.map(bare)],
      reasons,
    });
    this.exported = true;
    this.tell(this.dialog.dataset.exported);
  }

  /** Answers that were neither sent nor taken along stay, and with them the device's key. */
  leave() {
    const { unsent, held } = this.delivery.counts;
    if (unsent + held && !this.exported) return this.tell(this.dialog.dataset.keeps);
    return this.turnTo("confirm");
  }

  back() { return this.show(); }
  async confirm() { await this.actions.leave(); }
}
