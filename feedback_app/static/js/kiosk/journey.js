// One person after another. The first touch is kept and sent at once; what follows completes it under the same id.
// Nothing of a person outlives them here but what still waits to be sent.

import { readCode } from "./dossier.js";
import { Idle } from "./idle.js";
import { boot, newCode, newId } from "./ids.js";
import { Look } from "./look.js";
import { all, buildScreens, find } from "./screens.js";

export class Journey {
  person = null; // { id, touch, revision, answers, comments, sent, outcome, assisted, dossier, lookup }
  finished = null; // The same, while the thanks are shown.
  invited = null; // A call: { id, dossier, stage }
  shown = null;
  shownAt = 0;
  next = null; // A configuration that waits for the person to leave.
  stopped = false; // A screen of the staff's is up.

  /** `onFree` is called whenever nobody is there any more. `days` is null on a page that is not enrolled. */
  constructor({ configuration, delivery, server, days, onFree }) {
    Object.assign(this, { configuration, delivery, server, days, onFree });
    this.look = new Look(() => this.configuration.texts);
    this.idle = new Idle({
      seconds: () => this.patience(),
      countdown: () => this.configuration.seconds.countdown,
      texts: () => this.texts,
      leave: () => this.leave(),
    });
  }

  get texts() { return this.look.texts; }
  get key() { return this.shown?.dataset.screen; }
  get isFree() { return !this.person && !this.finished && !this.isChanged(); }

  // Beginning and end

  /** The next person finds the page as it was drawn: the nodes themselves are new, with no value and no undo. */
  reset() {
    this.person = this.finished = null;
    this.idle.close();
    this.configuration = this.next ?? this.configuration;
    this.next = null;
    this.stopped = false;
    this.assisted = false;
    this.dossier = null;
    getSelection().removeAllRanges();
    find("main").replaceWith(buildScreens(this.configuration));
    this.look.reset();
    this.showCounts();
    this.showInvitation();
    this.show(this.isFull() ? find("[data-screen=full]") : all()[0], { focus: Boolean(this.shown) });
    this.onFree();
  }

  /** Work with another configuration from the next person on. */
  take(configuration) {
    this.next = configuration;
    if (!this.stopped && this.isFree) this.reset();
  }

  /** Make room for a screen of the staff's. */
  stop() {
    this.person = this.finished = this.shown = null;
    this.stopped = true;
    this.idle.close();
    this.idle.stop();
    this.look.stop();
  }

  /** The dossier somebody named has its answer: what they touch is not recorded, and they are told so at the end. */
  answeredBefore(id) {
    const said = [this.person, this.finished].find((each) => each?.id === id);
    if (said) said.answeredBefore = true;
    this.showCounts();
  }

  isFull() { return this.delivery.counts.unsent >= this.configuration.most; }

  // What is delivered

  begin(input) {
    this.person = {
      id: newId(),
      touch: { boot, mono: performance.now(), clock: Date.now(), offset: this.server.offset },
      revision: 0,
      answers: {},
      comments: {},
      sent: "",
      outcome: input.dataset.outcome,
      assisted: this.assisted,
      dossier: this.invited?.dossier ?? this.dossier,
      lookup: null,
    };
    this.invited = null;
    this.days?.touched();
  }

  deliver(person, sealed) {
    const { id, touch, assisted, dossier, lookup, answers, comments } = person;
    const content = JSON.stringify([answers, comments, lookup, sealed]);
    if (content === person.sent) return;
    person.sent = content;
    person.revision += 1;
    this.delivery.add(touch, {
      id,
      assignment: this.configuration.assignment,
      version: this.configuration.version,
      revision: person.revision,
      sealed,
      assisted,
      dossier,
      lookup,
      answers: { ...answers },
      comments: { ...comments },
    });
  }

  // From screen to screen

  show(screen, { focus = true } = {}) {
    const now = performance.now();
    if (this.shown && this.looked) this.days?.looked(this.key, now - this.shownAt);
    for (const each of all()) each.hidden = each !== screen;
    this.shown = screen;
    this.shownAt = now;
    this.looked = Boolean(this.person);
    if (focus) screen.querySelector(".k-question").focus({ preventScroll: true });
    scrollTo(0, 0);
    if (this.configuration.keyboard) this.putKeyboard(screen);
    this.look.read(screen);
    this.idle.wait();
  }

  /** Its module is asked for with the first screen, once that can be used. Without it a field takes the device's own keys. */
  async putKeyboard(screen) {
    const keyboard = await import("./keyboard.js").catch(() => null);
    const board = screen.querySelector(".k-board:empty");
    const field = screen.querySelector("textarea, [name=dossier]");
    if (board) keyboard?.attachKeyboard(board, field, (key) => this.texts[key]);
  }

  inputs() { return [...this.shown.querySelectorAll("fieldset input")]; }
  ticked() { return this.inputs().filter((input) => input.checked); }

  collect() {
    const values = this.ticked().map((input) => input.value);
    if (values.length) this.person.answers[this.key] = values;
    else delete this.person.answers[this.key];
  }

  goOn() {
    const screens = all();
    const next = screens
      .slice(screens.indexOf(this.shown) + 1)
      .find((screen) => !screen.dataset.for || screen.dataset.for.split(" ").includes(this.person.outcome));
    if (next.dataset.screen === "thanks") return this.finish(next);
    this.deliver(this.person, false);
    return this.show(next);
  }

  finish(screen) {
    this.deliver(this.person, true);
    this.farewell(true);
    this.finished = this.person;
    this.person = null;
    this.showCounts();
    this.show(screen);
  }

  farewell(sealed) {
    const { answers, comments } = this.person;
    this.days?.left({ sealed, firstOnly: Object.keys(answers).length + Object.keys(comments).length < 2 });
  }

  choose(input) {
    input.checked = true;
    if (!this.person) this.begin(input);
    this.collect();
    this.goOn();
  }

  skip() {
    for (const input of this.inputs()) input.checked = false;
    delete this.person.answers[this.key];
    this.goOn();
  }

  goOnWithAnswer() {
    const writing = this.shown.querySelector("textarea");
    if (!writing) this.collect();
    else if (writing.value.trim()) this.person.comments[this.key] = writing.value.normalize("NFC");
    this.goOn();
  }

  /** What was ticked is kept, in a response that stays partial; a text that nobody sent is not. */
  leave() {
    if (this.person && this.key !== "handover") {
      this.collect();
      this.deliver(this.person, false);
      this.farewell(false);
    }
    this.reset();
  }

  patience() {
    if (this.stopped || !this.shown || this.key === "full" || document.querySelector("dialog[open]")) return null;
    const { seconds } = this.configuration;
    if (this.key === "handover") return { seconds: seconds.typing, asks: true };
    if (this.finished) {
      return this.finished.lookup ? { seconds: seconds.typing, asks: true } : { seconds: seconds.thanks, asks: false };
    }
    if (!this.person && !this.isChanged()) return null;
    const isWriting = this.shown.dataset.kind === "text" && this.shown.querySelector("textarea").value !== "";
    return { seconds: isWriting ? seconds.typing : seconds.idle, asks: true };
  }

  // A code to look up what became of it; the rest on one's own phone

  giveCode() {
    if (!this.finished || this.finished.lookup) return;
    this.finished.lookup = newCode();
    this.deliver(this.finished, true);
    const part = this.shown.querySelector("[data-part=lookup]");
    part.querySelector("[data-code]").textContent = this.finished.lookup.replace(/(.{5})/, "$1 ");
    part.querySelector("[data-address]").textContent = `${location.host}/tra-cuu`;
    part.querySelector("[data-lookup]").hidden = true;
    part.querySelector("[data-given]").hidden = false;
  }

  async handOver() {
    const { person, shown } = this;
    const failed = shown.querySelector("[data-handover-failed]");
    failed.hidden = true;
    try {
      await this.delivery.writes;
      await this.delivery.flush();
      const { svg } = await this.server.handOver(person.id);
      if (this.person !== person || this.shown !== shown) return;
      const screen = find("[data-screen=handover]");
      screen.querySelector("img").src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
      this.farewell(false);
      this.show(screen);
    } catch {
      failed.hidden = false;
    }
  }

  // The dossier somebody came for

  /** Before the first touch only. */
  get asksDossier() { return !this.person && !this.finished && Boolean(this.configuration.dossiers?.asked); }

  /** Of a scanner; true where it was spent. */
  scanned(code) {
    const field = this.asksDossier && this.shown?.querySelector("[name=dossier]");
    if (!field) return false;
    field.value = code;
    this.readDossier(field);
    return true;
  }

  readDossier(field) {
    this.dossier = readCode(field.value, this.configuration.dossiers.pattern);
    const state = this.dossier ? "dossier-taken" : field.value.trim() ? "dossier-wrong" : "";
    const told = this.shown.querySelector("[data-dossier]");
    told.dataset.text = state;
    told.textContent = this.texts[state] ?? "";
    told.classList.toggle("is-taken", Boolean(this.dossier));
  }

  /** Whom the hall calls; null takes the invitation back. */
  invite(call) {
    if (this.person || this.finished || call?.id === this.invited?.id) return;
    this.invited = call;
    this.showInvitation();
  }

  showInvitation() {
    const line = find("[data-invitation]");
    if (line) line.hidden = !this.invited;
  }

  // What the page says

  /** Something was added to the queue, or delivered. */
  counted() {
    if (this.key === "full" && !this.isFull()) this.reset();
    else this.showCounts();
  }

  showCounts() {
    const { counts, failures, durable } = this.delivery;
    const note = find("[data-unsent]");
    if (!note) return;
    note.hidden = !(counts.unsent && failures) && counts.unsent < this.configuration.alarm;
    note.classList.toggle("is-alarm", counts.unsent >= this.configuration.alarm);
    find("[data-unsent-count]").textContent = String(counts.unsent);
    find("[data-not-durable]").hidden = durable;
    // Nobody is told that an answer is recorded before the server has said so.
    const hint = find("[data-thanks-hint]");
    const before = Boolean(this.finished?.answeredBefore);
    hint.dataset.text = before ? "thanks-before" : counts.unsent ? "thanks-sending" : "thanks-hint";
    hint.textContent = this.texts[hint.dataset.text];
    const lookup = find("[data-part=lookup]");
    if (lookup) lookup.hidden = before;
  }

  isChanged() {
    const field = this.shown?.querySelector("[name=dossier]");
    return !this.look.isPlain || this.assisted || Boolean(field?.value || (field && field === document.activeElement));
  }

  toggleAssisted(button) {
    this.assisted = !this.assisted;
    button.setAttribute("aria-pressed", String(this.assisted));
  }

  /** What can be touched, and what it does. */
  get actions() {
    return [
      ["[data-language]", (button) => this.look.choose(button.dataset.language, this.shown)],
      ["[data-large]", () => this.look.toggleLarge()],
      ["[data-contrast]", () => this.look.toggleContrast()],
      ["[data-read]", () => this.look.toggleReading(this.shown)],
      ["[data-assisted]", (button) => this.toggleAssisted(button)],
      ["[data-choose]", () => this.ticked().forEach((input) => this.choose(input))],
      ["[data-skip]", () => this.skip()],
      ["[data-continue]", () => this.goOnWithAnswer()],
      ["[data-handover]", () => this.handOver()],
      ["[data-lookup]", () => this.giveCode()],
      ["[data-print]", () => print()],
      ["[data-next-person]", () => this.reset()],
      ["[data-more-time]", () => this.idle.close()],
    ];
  }
}
