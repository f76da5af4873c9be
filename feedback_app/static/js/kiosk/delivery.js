// Answers are kept first and sent afterwards: oldest first, in batches, each until the server has settled it.

import { MemoryStore } from "./store.js";

const BATCH = 50;
const LONGEST_PAUSE = 60;
const KEPT_APART = new Set(["refused", "conflict"]);

export class Delivery {
  counts = { unsent: 0, held: 0 };
  failures = 0;
  revoked = false;
  onChange = () => {};
  onRevoked = () => {};
  onAnsweredBefore = () => {};

  constructor(store, server, name) {
    this.stores = [store];
    this.server = server;
    this.lock = `delivery of ${name}`;
    this.writes = Promise.resolve();
    this.sending = null;
    this.more = false;
    this.again = 0;
  }

  /** Keep an answer and begin to send. `touch` is shared by all revisions of one person and learns its number here. */
  add(touch, item) {
    this.writes = this.writes.then(async () => {
      touch.sequence = await this.keep({ ...item, ...touch });
      await this.recount();
      this.flush();
    });
    return this.writes;
  }

  /** On a full or broken disk an answer is kept in memory: it may still be sent before the page ends. */
  async keep(item) {
    try {
      return await this.stores[0].enqueue(item);
    } catch {
      if (this.stores.length === 1) this.stores.push(new MemoryStore());
      return this.stores[1].enqueue(item);
    }
  }

  get durable() { return this.stores.length === 1 && this.stores[0].durable; }

  async everything() {
    const parts = await Promise.all(this.stores.map((store) => store.everything()));
    return { queue: parts.flatMap((part) => part.queue), held: parts.flatMap((part) => part.held) };
  }

  async recount() {
    const parts = await Promise.all(this.stores.map((store) => store.counts()));
    const sum = (name) => parts.reduce((total, part) => total + part[name], 0);
    this.counts = { unsent: sum("unsent"), held: sum("held") };
    this.onChange();
  }

  /** Send all there is. Asked again meanwhile, it looks once more when it is through. */
  flush() {
    this.more = true;
    this.sending ??= this.alone(() => this.drain())
      .catch(() => {})
      .finally(() => {
        this.sending = null;
        this.recount().catch(() => {});
        if (this.more && !this.failures && !this.revoked) this.flush();
      });
    return this.sending;
  }

  /** Only one tab of a device sends at a time. Where locks are missing the ids keep a second sender harmless. */
  async alone(act) {
    return navigator.locks ? navigator.locks.request(this.lock, act) : act();
  }

  async drain() {
    this.more = false;
    for (const store of this.stores) await this.drainStore(store);
  }

  async drainStore(store) {
    let size = BATCH;
    while (!this.revoked) {
      const items = await store.oldest(size);
      if (!items.length) return;
      try {
        await store.settle(this.judge(items, await this.server.deliver(items)));
        this.failures = 0;
        await this.recount();
      } catch (error) {
        if (error.status === 401) return void this.revoke();
        if ((error.status === 413 || error.status === 422) && size > 1) {
          size = 1; // One of them is at fault; alone, it cannot hold up the others.
        } else if (error.status === 413 || error.status === 422) {
          await store.settle([{ item: items[0], reason: { outcome: "refused", message: error.message } }]);
        } else {
          return void this.retry(error.wait);
        }
      }
    }
  }

  /** Throws where an answer is not about what was sent: nothing is settled then. */
  judge(items, results) {
    if (!Array.isArray(results) || results.length !== items.length) throw new Error("not an answer to this batch");
    return items.map((item, i) => {
      const { id, outcome, field, message } = results[i];
      if (id !== item.id || typeof outcome !== "string") throw new Error("not an answer to this batch");
      if (outcome === "answered_before") this.onAnsweredBefore(id);
      return { item, reason: KEPT_APART.has(outcome) ? { outcome, field, message } : null };
    });
  }

  /** Kiosks that lost the network together must not come back in one instant. */
  retry(wait) {
    this.failures += 1;
    clearTimeout(this.again);
    const pause = Math.max(wait || 0, Math.min(LONGEST_PAUSE, 2 ** this.failures) * (0.5 + Math.random() / 2));
    this.again = setTimeout(() => this.flush(), pause * 1000);
  }

  revoke() {
    this.revoked = true;
    this.onRevoked();
  }
}
