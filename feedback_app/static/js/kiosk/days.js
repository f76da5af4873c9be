// The numbers of each day, for the report: how many began, how many came to the end, how long each screen was looked at.

const DAYS = 7;
const DAY_MS = 86_400_000;
// Việt Nam keeps UTC+7 all year; what Intl needs to know that for every place takes a slow tablet 0.1 s.
const AHEAD_MS = 7 * 3_600_000;

const dayOf = (moment) => new Date(moment + AHEAD_MS).toISOString().slice(0, 10);

export class Days {
  writes = Promise.resolve();

  /** `now()` is the best known time, in milliseconds. */
  constructor(store, now) {
    this.store = store;
    this.now = now;
  }

  count(change) {
    const now = this.now();
    const [day, first] = [now, now - (DAYS - 1) * DAY_MS].map(dayOf);
    // A number that cannot be written is no reason to keep a person waiting.
    this.writes = this.writes.then(() => this.store.countDay(day, first, change)).catch(() => {});
  }

  touched() { this.count((day) => ({ ...day, touches: day.touches + 1 })); }

  left({ sealed, firstOnly }) {
    this.count((day) => ({
      ...day,
      completed: day.completed + Number(sealed),
      first_only: day.first_only + Number(firstOnly),
    }));
  }

  looked(screen, ms) {
    this.count((day) => {
      const { n, ms: before } = day.screens[screen] ?? { n: 0, ms: 0 };
      return { ...day, screens: { ...day.screens, [screen]: { n: n + 1, ms: before + Math.round(ms) } } };
    });
  }
}
