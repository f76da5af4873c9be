// How the device speaks to its server: with its key, or, on a page that is not enrolled, with a CSRF token.

import { boot } from "./ids.js";

const SECONDS = 15;
// Browsers let a request of up to 64 KB outlive its page.
const OUTLIVES = 30_000;

/** The server answered, but not as hoped: `status`, and `wait` in seconds where it named a time. */
export class Refusal extends Error {
  constructor(answer, words) {
    super(words || `HTTP ${answer.status}`);
    this.status = answer.status;
    this.wait = Number(answer.headers.get("Retry-After")) || 0;
  }
}

export class Server {
  key = null;
  offset = null; // The server's clock minus ours, in milliseconds, as last measured.
  contact = null; // When it last answered, by our clock.
  onOffset = () => {};

  /** `page` is the address of a page that is not enrolled; null for a device. */
  constructor(page, token) {
    this.page = page;
    this.token = token;
  }

  async ask(address, { method = "GET", document: content, headers = {} } = {}) {
    const body = content === undefined ? undefined : JSON.stringify(content);
    const asked = Date.now();
    const answer = await fetch(address, {
      method,
      body,
      credentials: this.page ? "same-origin" : "omit",
      cache: "no-store",
      keepalive: body !== undefined && body.length < OUTLIVES,
      signal: AbortSignal.timeout(SECONDS * 1000),
      headers: {
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(this.key ? { Authorization: `Bearer ${this.key}` } : {}),
        ...(this.page && method !== "GET" ? { "X-CSRFToken": this.token } : {}),
        ...headers,
      },
    });
    if (answer.status === 304) return { answer, told: null };
    const told = await answer.json().catch(() => null); // A page of some other server on the way is no answer.
    if (!answer.ok) throw new Refusal(answer, told?.errors?.[0]?.message ?? told?.message ?? told?.detail);
    if (typeof told?.now !== "number") throw new Error("not our server");
    this.contact = Date.now();
    this.offset = Math.round(told.now - (asked + this.contact) / 2);
    this.onOffset(this.offset);
    return { answer, told };
  }

  async deliver(items) {
    const send = () =>
      this.ask(this.page ?? "/api/v1/kiosks/responses", {
        method: "POST",
        document: { boot, mono: performance.now(), clock: Date.now(), items },
      });
    try {
      return (await send()).told.results;
    } catch (refusal) {
      if (!this.page || refusal.status !== 400) throw refusal;
      await this.renew();
      return (await send()).told.results;
    }
  }

  /** A fresh token for a page that is not enrolled, and the version it should ask. */
  async renew() {
    const { told } = await this.ask(this.page);
    this.token = told.csrf;
    return told.version;
  }

  /** The configuration and its ETag; null when it is the one we have. */
  async pull(etag) {
    const { answer, told } = await this.ask("/api/v1/kiosks/self", { headers: etag ? { "If-None-Match": etag } : {} });
    return told && { configuration: told, etag: answer.headers.get("ETag") };
  }

  async enrol(code) { return (await this.ask("/api/v1/kiosks/enrolments", { method: "POST", document: { code } })).told; }
  async report(told) { return (await this.ask("/api/v1/kiosks/reports", { method: "POST", document: told })).told; }
  async call() { return (await this.ask("/api/v1/kiosks/call")).told.call; }

  /** No `now` is promised here, so the clock is not measured. */
  async handOver(id) {
    const answer = await fetch("/api/v1/kiosks/handovers", {
      method: "POST",
      body: JSON.stringify({ id }),
      credentials: "omit",
      signal: AbortSignal.timeout(SECONDS * 1000),
      headers: { Accept: "application/json", "Content-Type": "application/json", Authorization: `Bearer ${this.key}` },
    });
    if (!answer.ok) throw new Refusal(answer);
    return answer.json();
  }
}
