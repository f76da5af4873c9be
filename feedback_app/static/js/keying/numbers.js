// The numbers of a batch on the page: which one was meant, which one is next. The server decides again.

const STALE = 20000;

export class Numbers {
  #asked = Date.now();

  // serials: as printed, eight figures each, in order; taken: the sentence that refuses a number, by serial; url: where
  // both are told anew; justKeyed: the sentence for numbers that were keyed on this page.
  constructor({ serials, taken, url, justKeyed }) {
    this.serials = serials;
    this.taken = taken;
    this.url = url;
    this.justKeyed = justKeyed;
  }

  // The serial that was typed, whole or by its last figures; several or none are no answer.
  meant(text) {
    const typed = figures(text);
    return typed ? this.serials.filter((serial) => serial.endsWith(typed)) : [];
  }

  refusal(text) {
    return this.taken[figures(text)];
  }

  take(text) {
    this.taken[figures(text)] = this.justKeyed;
  }

  free(text) {
    delete this.taken[figures(text)];
  }

  // The first number after this one that is out, from the beginning again at the end of the batch.
  after(text) {
    const place = this.serials.indexOf(figures(text)) + 1;
    const inOrder = [...this.serials.slice(place), ...this.serials.slice(0, place)];
    return inOrder.find((each) => !(each in this.taken)) || "";
  }

  get isStale() {
    return Date.now() - this.#asked > STALE;
  }

  // Asks the server, which does not know yet of those that `underway` tells; gives the sentence why `typed` is none of
  // the batch's numbers.
  async refresh(underway, typed = "") {
    this.#asked = Date.now();
    try {
      const query = figures(typed) ? `?so=${figures(typed)}` : "";
      const response = await fetch(`${this.url}${query}`, { headers: { Accept: "application/json" } });
      if (!response.ok) return null;
      const { serials, taken, said } = await response.json();
      this.serials = serials;
      this.taken = taken;
      underway().forEach((number) => this.take(number));
      return said;
    } catch {
      // Without network the list at hand goes on; the server decides in the end.
      return null;
    }
  }
}

export const figures = (text) => text.replace(/\D/g, "");

export const grouped = (serial) => serial.replace(/\B(?=(\d{4})+$)/g, " ");
