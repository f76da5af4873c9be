// Nobody there? Ask, count down, then make room for the next person.

import { find } from "./screens.js";

const LAST_CALL = 5;

export class Idle {
  timer = 0;
  tick = 0;

  /** `seconds()` says how long to wait now (null: for ever) and `leave` what to do then; `warned` is whether to ask first. */
  constructor({ seconds, countdown, texts, leave }) {
    this.dialog = find("#idle");
    Object.assign(this, { seconds, countdown, texts, leave });
    this.dialog.addEventListener("close", () => this.wait());
  }

  get open() { return this.dialog.open; }

  wait() {
    this.stop();
    const waiting = this.seconds();
    if (!waiting) return;
    this.timer = setTimeout(() => (waiting.asks ? this.ask() : this.leave()), waiting.seconds * 1000);
  }

  stop() {
    clearTimeout(this.timer);
    clearInterval(this.tick);
  }

  close() {
    if (this.dialog.open) this.dialog.close();
  }

  ask() {
    let left = this.countdown();
    const say = () => {
      find("[data-countdown]").textContent = String(left);
      if (left === LAST_CALL) find("[data-announce]").textContent = `${left} ${this.texts()["idle-unit"]}`;
    };
    find("[data-announce]").textContent = "";
    say();
    this.dialog.showModal();
    this.tick = setInterval(() => {
      left -= 1;
      say();
      if (left > 0) return;
      clearInterval(this.tick);
      this.leave();
    }, 1000);
  }
}
