// What hands do: touch, press keys, five of which are enough (arrows, Tab and Enter), or scan a code.

import { Scanner } from "./dossier.js";

const DOUBLE_TAP_MS = 500;
const SCAN_MS = 60;
const WRITING = "textarea, [name=dossier]";

const isDigit = (event) => /^[1-9]$/.test(event.key) && !event.repeat;

export class Controls {
  digit = 0;

  /** They lead `journey`, which knows nothing of them. */
  constructor(journey) {
    this.journey = journey;
    this.scanner = new Scanner((code) => journey.scanned(code));
    document.addEventListener("click", (event) => this.clicked(event));
    document.addEventListener("keydown", (event) => this.pressed(event));
    document.addEventListener("submit", (event) => event.preventDefault());
    document.addEventListener("contextmenu", (event) => event.preventDefault());
    document.addEventListener("input", (event) => {
      if (event.target.name === "dossier") journey.readDossier(event.target);
      journey.idle.wait();
    });
    document.addEventListener("pointerdown", () => this.stay());
  }

  /** Somebody is there, unless that is being asked: then only its own button says so. */
  stay() {
    const { idle } = this.journey;
    if (!idle.open) idle.wait();
  }

  clicked(event) {
    const { journey } = this;
    if (journey.stopped) return;
    // The second half of a double tap was meant for the screen before.
    if (event.detail > 1 && performance.now() - journey.shownAt < DOUBLE_TAP_MS) {
      event.preventDefault();
      return;
    }
    const input = event.target.closest("input[type=radio]");
    // Arrow keys also "click" the radio they move to; only a touch, or Enter, chooses it.
    if (input && (event.detail > 0 || event.pointerType)) journey.choose(input);
    for (const [selector, act] of journey.actions) {
      const button = event.target.closest(selector);
      if (button) {
        act(button);
        break;
      }
    }
    this.stay();
  }

  pressed(event) {
    const { journey } = this;
    if (journey.stopped || document.querySelector("dialog[open]") || event.ctrlKey || event.altKey || event.metaKey) return;
    const isWriting = event.target.matches(WRITING);
    if (!isWriting && this.takesScan(event)) {
      event.preventDefault();
    } else if (event.key === "ArrowDown" || event.key === "ArrowRight") this.move(event, 1);
    else if (event.key === "ArrowUp" || event.key === "ArrowLeft") this.move(event, -1);
    else if (event.key === "Enter" && !isWriting && !event.repeat) this.enter(event);
    else if (isDigit(event) && !isWriting) this.press(event.key);
    journey.idle.wait();
  }

  /** Whether the key is a scanner's. A digit may be the first of a scan, so it waits a moment before it chooses a face. */
  takesScan(event) {
    const { journey } = this;
    if (!journey.asksDossier) return false;
    clearTimeout(this.digit);
    if (this.scanner.take(event)) return true;
    if (!isDigit(event)) return false;
    this.digit = setTimeout(() => { if (!journey.person) this.press(event.key); }, SCAN_MS);
    return true;
  }

  move(event, by) {
    const { shown } = this.journey;
    const stops = [...shown.querySelectorAll("input, button:not(.k-choose, .k-key)")].filter((stop) => stop.checkVisibility());
    const here = stops.indexOf(document.activeElement);
    if (document.activeElement.matches(WRITING) || (here >= 0 && stops[here].type === "radio")) return;
    event.preventDefault();
    stops[here < 0 ? 0 : (here + by + stops.length) % stops.length].focus();
  }

  press(digit) { this.choose(this.journey.inputs()[Number(digit) - 1]); }

  enter(event) {
    if (!event.target.matches("fieldset input")) return;
    event.preventDefault();
    this.choose(event.target);
  }

  /** By key, what a touch would take. */
  choose(input) {
    if (input?.type === "radio") this.journey.choose(input);
    else input?.click();
  }
}
