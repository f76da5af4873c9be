// The code of a dossier: typed into its field, or read by a scanner, which types fast and ends with Enter.

const FASTEST_HAND_MS = 50;
const FEWEST = 6;

/** `accept(code)` is told of what a scanner typed; true where it was a code. */
export class Scanner {
  read = "";
  last = 0;

  constructor(accept) {
    this.accept = accept;
  }

  /** Whether this key belongs to a scan and is spent. */
  take(event) {
    if (event.timeStamp - this.last > FASTEST_HAND_MS) this.read = "";
    this.last = event.timeStamp;
    if (event.key.length === 1) {
      this.read += event.key;
      // The first may be a hand's; from the second on at this speed it is none.
      return this.read.length > 1;
    }
    if (event.key !== "Enter" || this.read.length < FEWEST) return false;
    const code = this.read;
    this.read = "";
    return this.accept(code);
  }
}

/** The code as the server wants it, or null where it is none. */
export const readCode = (text, pattern) => {
  // As the server writes it: no white space, one kind of dash, upper case.
  const code = text.normalize("NFKC").replace(/[\s\u200b-\u200f\u2060]+/gu, "").replace(/[\u00ad\p{Pd}\u2212]/gu, "-").toUpperCase();
  return new RegExp(`^(?:${pattern})$`, "u").test(code) ? code : null;
};
