// How one person wants to read and hear the kiosk: language, size, contrast, read aloud. The next one finds it as it was.

import { find, speak as say } from "./screens.js";

const DEFAULT_LANGUAGE = "vi";
const LARGE = "4";
const root = document.documentElement;
const speech = globalThis.speechSynthesis;

/** Voices are offered by language ("vi", "en"): a foreign one reads Vietnamese as noise. */
const voiceOf = (language) => speech?.getVoices().find((voice) => voice.lang.toLowerCase().startsWith(language));

const press = (selector, pressed) => find(selector)?.setAttribute("aria-pressed", String(pressed));

export class Look {
  language = DEFAULT_LANGUAGE;
  reading = false;

  /** `texts()` gives those of every language. */
  constructor(texts) {
    this.everyText = texts;
    speech?.addEventListener("voiceschanged", () => this.offerReading()); // They come late in some browsers.
  }

  get texts() { return this.everyText()[this.language]; }
  get large() { return root.dataset.text === LARGE; }
  get contrast() { return root.dataset.theme === "contrast"; }
  get isPlain() { return this.language === DEFAULT_LANGUAGE && !this.large && !this.contrast && !this.reading; }

  /** To be called when the screens were built anew. */
  reset() {
    this.reading = false;
    this.stop();
    this.draw(false, false);
    this.speak(DEFAULT_LANGUAGE);
  }

  draw(large, contrast) {
    if (large) root.dataset.text = LARGE;
    else delete root.dataset.text;
    if (contrast) root.dataset.theme = "contrast";
    else delete root.dataset.theme;
    press("[data-large]", large);
    press("[data-contrast]", contrast);
  }

  toggleLarge() { this.draw(!this.large, this.contrast); }
  toggleContrast() { this.draw(this.large, !this.contrast); }

  choose(language, screen) {
    this.speak(language);
    this.read(screen);
  }

  speak(language) {
    this.language = language;
    say(this.texts, language);
    this.offerReading();
  }

  offerReading() {
    const button = find("[data-read]");
    if (button) button.hidden = !voiceOf(this.language);
  }

  toggleReading(screen) {
    this.reading = !this.reading;
    press("[data-read]", this.reading);
    this.read(screen);
  }

  /** What was being read ends; where it is wished: the question of this screen, then what may be touched. */
  read(screen) {
    this.stop();
    const voice = voiceOf(this.language);
    if (!this.reading || !voice) return;
    const parts = [".k-question", ".k-hint", ".k-face span, .k-chip span", ".k-actions button"];
    const words = parts.flatMap((part) => [...screen.querySelectorAll(part)]).map((element) => element.textContent.trim());
    const said = new SpeechSynthesisUtterance(words.filter(Boolean).join(". "));
    said.voice = voice;
    said.lang = voice.lang;
    speech.speak(said);
  }

  stop() { speech?.cancel(); }
}
