// Forms that are not delivered yet, kept in this browser for the account that keyed them. Office computers are shared:
// another account looks under another name and has another key, so that it finds nothing and could read nothing.
//
// Each open page keeps its own forms and holds a lock while it lives; what a page left behind is offered to the next.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const toText = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
const toBytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

// Null where the browser cannot keep secrets (no HTTPS) or keeps nothing at all.
export async function openVault(name, secret) {
  try {
    if (!crypto.subtle || !navigator.locks) return null;
    localStorage.setItem(`${name}?`, "");
    localStorage.removeItem(`${name}?`);
    const key = await crypto.subtle.importKey("raw", toBytes(secret), "AES-GCM", false, ["encrypt", "decrypt"]);
    return new Vault(name, key);
  } catch {
    return null;
  }
}

class Vault {
  constructor(name, key) {
    this.name = name;
    this.key = key;
    this.own = `${name}:${crypto.randomUUID()}`;
    this.last = Promise.resolve(); // writes follow one another, or a form dropped early would come back
    navigator.locks.request(this.own, () => new Promise(() => {}));
  }

  put(id, value) {
    return this.#next(async () => {
      const start = crypto.getRandomValues(new Uint8Array(12));
      const secret = await crypto.subtle.encrypt(
        { name: "AES-GCM", iv: start },
        this.key,
        encoder.encode(JSON.stringify(value)),
      );
      localStorage.setItem(`${this.own}:${id}`, toText(new Uint8Array([...start, ...new Uint8Array(secret)])));
    });
  }

  drop(id) {
    return this.#next(() => localStorage.removeItem(`${this.own}:${id}`));
  }

  // What pages that are no longer open left behind: {place, id, value} each.
  async left() {
    const found = [];
    const places = Object.keys(localStorage).filter((each) => each.startsWith(`${this.name}:`));
    for (const place of places) {
      const page = place.slice(0, place.lastIndexOf(":"));
      if (page === this.own || (await isHeld(page))) continue;
      try {
        const bytes = toBytes(localStorage.getItem(place));
        const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes.slice(0, 12) }, this.key, bytes.slice(12));
        found.push({ place, id: place.slice(page.length + 1), value: JSON.parse(decoder.decode(plain)) });
      } catch {
        // Written under another key, or while another page took it: not ours to read.
      }
    }
    return found;
  }

  // The page takes over what another left behind.
  async adopt(found) {
    await this.put(found.id, found.value);
    localStorage.removeItem(found.place);
  }

  #next(write) {
    this.last = this.last.then(write).catch(() => {});
    return this.last;
  }
}

const isHeld = (page) => navigator.locks.request(page, { ifAvailable: true }, (lock) => lock === null);
