// What a page of keying keeps in the vault of the account: each form until the server has it, and the one being keyed.
import { openVault } from "./vault.js";

export class Unsent {
  #vault = null; // until it is open, and where the browser has none
  #remembering = false;
  #changed = false;

  // sitting: what a form is offered again under.
  constructor(sitting) {
    this.sitting = sitting;
  }

  // Whether the browser keeps anything.
  async open(name, key) {
    this.#vault = await openVault(name, key);
    return this.#vault !== null;
  }

  keep(data) {
    if (this.#vault) this.#vault.put(data.get("response_id"), this.#packed(data, "form"));
  }

  drop(data) {
    if (this.#vault) this.#vault.drop(data.get("response_id"));
  }

  // Keeps the form on the page as it is now; while it is being written, further keys wait for one more writing.
  // `current` tells it, or null while nothing is keyed.
  async remember(current) {
    this.#changed = true;
    if (!this.#vault || this.#remembering) return;
    this.#remembering = true;
    while (this.#changed) {
      this.#changed = false;
      const data = current();
      await (data ? this.#vault.put("draft", this.#packed(data, "draft")) : this.#vault.drop("draft"));
    }
    this.#remembering = false;
  }

  left() {
    return this.#vault.left();
  }

  // Takes over what another page left behind: {url, data}.
  async adopt(found) {
    await this.#vault.adopt(found);
    const data = new FormData();
    found.value.fields.forEach(([name, value]) => data.append(name, value));
    return { url: found.value.url, data };
  }

  // All of a form but the token of this session.
  #packed(data, kind) {
    const fields = [...data].filter(([name]) => name !== "csrf_token");
    return { kind, sitting: this.sitting, url: location.href, fields };
  }
}
