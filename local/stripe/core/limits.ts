import { lockTimeout, rateLimited } from "./error.ts";
import type { Settings } from "./resource.ts";

const SECOND_MS = 1000;

/** How much Stripe lets happen at once, as far as the settings ask for it. */
export class Limits {
  private recent: number[] = [];
  private readonly locks = new Set<string>();

  /** @throws StripeError 429 with the reason global-rate */
  count({ rateLimitPerSecond }: Settings): void {
    if (rateLimitPerSecond === 0) return;
    const now = performance.now();
    this.recent = this.recent.filter((at) => at > now - SECOND_MS);
    if (this.recent.length >= rateLimitPerSecond) throw rateLimited("global-rate");
    this.recent.push(now);
  }

  /**
   * Runs `work` alone for this key.
   * @throws StripeError 429 lock_timeout while another one runs
   */
  async alone<T>(key: string | undefined, work: () => Promise<T>): Promise<T> {
    if (key === undefined) return work();
    if (this.locks.has(key)) throw lockTimeout();
    this.locks.add(key);
    try {
      return await work();
    } finally {
      this.locks.delete(key);
    }
  }
}
