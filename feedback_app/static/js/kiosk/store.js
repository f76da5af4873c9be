// What the device keeps: answers until they are acknowledged, its key and configuration, and the numbers of its days.
// IndexedDB, so that a power cut loses nothing; where the browser forbids it, memory, and then `durable` is false.

const VERSION = 1;

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const openDatabase = (name) => {
  const request = indexedDB.open(name, VERSION);
  request.onupgradeneeded = () => {
    const database = request.result;
    database.createObjectStore("kept");
    database.createObjectStore("queue", { keyPath: "id" }).createIndex("sequence", "sequence");
    database.createObjectStore("held", { keyPath: "id" });
    database.createObjectStore("days", { keyPath: "day" });
  };
  return done(request);
};

/** Every method is one transaction, so two tabs of one device never see each other's halves. */
class DatabaseStore {
  durable = true;

  constructor(database) {
    this.database = database;
  }

  /** Runs `act(stores…)` in one transaction; resolves to what it returned once the transaction is on the disk. */
  transact(names, mode, act) {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(names, mode, { durability: "strict" });
      let result;
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => reject(transaction.error);
      Promise.resolve(act(...names.map((name) => transaction.objectStore(name)))).then(
        (value) => { result = value; },
        (error) => { transaction.abort(); reject(error); },
      );
    });
  }

  get(key) { return this.transact(["kept"], "readonly", (kept) => done(kept.get(key))); }
  set(key, value) { return this.transact(["kept"], "readwrite", (kept) => done(kept.put(value, key))); }

  /** Keep an answer; a newer revision takes the place of an older one. Gives its number on this device. */
  enqueue(item) {
    return this.transact(["kept", "queue"], "readwrite", async (kept, queue) => {
      const before = await done(queue.get(item.id));
      if (before && before.revision >= item.revision) return before.sequence;
      const sequence = item.sequence ?? before?.sequence ?? ((await done(kept.get("sequence"))) ?? 0) + 1;
      if (item.sequence == null && !before) kept.put(sequence, "sequence");
      queue.put({ ...item, sequence });
      return sequence;
    });
  }

  oldest(most) { return this.transact(["queue"], "readonly", (queue) => done(queue.index("sequence").getAll(null, most))); }
  counts() {
    return this.transact(["queue", "held"], "readonly", async (queue, held) => ({
      unsent: await done(queue.count()),
      held: await done(held.count()),
    }));
  }

  /** What the server settled leaves the queue, unless the person has said more meanwhile; what it will not take is held. */
  settle(settled) {
    return this.transact(["queue", "held"], "readwrite", async (queue, held) => {
      for (const { item, reason } of settled) {
        if (reason) held.put({ ...item, reason });
        const now = await done(queue.get(item.id));
        if (now && now.revision <= item.revision) queue.delete(item.id);
      }
    });
  }

  everything() {
    return this.transact(["queue", "held"], "readonly", async (queue, held) => ({
      queue: await done(queue.index("sequence").getAll()),
      held: await done(held.getAll()),
    }));
  }

  /** The numbers of one day, changed by `change`; days before `first` are forgotten. */
  countDay(day, first, change) {
    return this.transact(["days"], "readwrite", async (days) => {
      days.put(change((await done(days.get(day))) ?? { day, touches: 0, completed: 0, first_only: 0, screens: {} }));
      days.delete(IDBKeyRange.upperBound(first, true));
    });
  }

  days() { return this.transact(["days"], "readonly", (days) => done(days.getAll())); }

  clear() {
    const names = ["kept", "queue", "held", "days"];
    return this.transact(names, "readwrite", (...stores) => { for (const store of stores) store.clear(); });
  }
}

export class MemoryStore {
  durable = false;
  kept = new Map();
  queue = new Map();
  apart = new Map();
  counted = new Map();

  async get(key) { return this.kept.get(key); }
  async set(key, value) { this.kept.set(key, value); }

  async enqueue(item) {
    const before = this.queue.get(item.id);
    if (before && before.revision >= item.revision) return before.sequence;
    let sequence = item.sequence ?? before?.sequence;
    if (sequence == null) {
      sequence = (this.kept.get("sequence") ?? 0) + 1;
      this.kept.set("sequence", sequence);
    }
    this.queue.set(item.id, { ...item, sequence });
    return sequence;
  }

  async oldest(most) { return this.sorted().slice(0, most); }
  async counts() { return { unsent: this.queue.size, held: this.apart.size }; }

  async settle(settled) {
    for (const { item, reason } of settled) {
      if (reason) this.apart.set(item.id, { ...item, reason });
      if (this.queue.get(item.id)?.revision <= item.revision) this.queue.delete(item.id);
    }
  }

  async everything() { return { queue: this.sorted(), held: [...this.apart.values()] }; }

  async countDay(day, first, change) {
    this.counted.set(day, change(this.counted.get(day) ?? { day, touches: 0, completed: 0, first_only: 0, screens: {} }));
    for (const old of this.counted.keys()) if (old < first) this.counted.delete(old);
  }

  async days() { return [...this.counted.values()]; }
  async clear() { for (const map of [this.kept, this.queue, this.apart, this.counted]) map.clear(); }
  sorted() { return [...this.queue.values()].sort((a, b) => a.sequence - b.sequence); }
}

/** Pages that are not enrolled keep theirs apart, each under its own name. */
export const openStore = async (name) => {
  try {
    return new DatabaseStore(await openDatabase(name));
  } catch {
    return new MemoryStore(); // Forbidden, broken or full: answers then last as long as the page.
  }
};
