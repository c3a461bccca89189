import { Clock } from "./clock.ts";
import { createContext, type Origin } from "./context.ts";
import { Courier } from "./courier.ts";
import { deliveriesOf } from "./deliveries.ts";
import { StripeError } from "./error.ts";
import { newId } from "./id.ts";
import { forgetOldAnswers } from "./idempotency.ts";
import { Queue } from "./queue.ts";
import type { Context, Expansion, Resource } from "./resource.ts";
import { nextTask, type Task, tasks, unscheduleTask } from "./schedule.ts";
import { nextStop } from "./stops.ts";
import { Store } from "./store.ts";
import { type Tick, tickUntilIdle } from "./tick.ts";

const LONGEST_TIMER_MS = 60_000;
const MOST_PROBLEMS = 3;

/** A journey of the clock that was asked for and is not over; one that a restart cut short is taken up again. */
interface Move {
  id: string;
  at: number;
  kind: string;
  payload: Record<string, unknown>;
}

/** What moving the clock took. */
export interface Advance {
  steps: number;
  ticks: number;
  tookMs: number;
  /** what the app could not do on the way */
  problems: string[];
}

/** Runs transactions one at a time and what was scheduled when its time comes. */
export class Engine {
  readonly store: Store;
  readonly clock: Clock;
  readonly courier: Courier;
  readonly listeners = new Map<string, NonNullable<Resource["listeners"]>[string]>();
  readonly expansions = new Map<string, Expansion>();
  /** what went wrong while no request was there to be told */
  readonly problems: string[] = [];
  baseUrl = "";
  private readonly tasks = new Map<string, NonNullable<Resource["tasks"]>[string]>();
  private readonly transactions = new Queue();
  private readonly advances = new Queue();
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;
  private readonly tick: Tick | undefined;
  private underway = 0;
  /** the moves that this process is on */
  private readonly moving = new Set<string>();

  constructor(resources: Resource[], options: { dataDir?: string; clockFile?: string; tick?: Tick }) {
    this.tick = options.tick;
    this.store = new Store(options.dataDir);
    this.clock = new Clock(options.clockFile);
    this.courier = new Courier(this);
    for (const { tasks = {}, listeners = {}, expansions = {} } of resources) {
      for (const [kind, task] of Object.entries(tasks)) this.tasks.set(kind, task);
      for (const [path, expansion] of Object.entries(expansions)) this.expansions.set(path, expansion);
      for (const [type, list] of Object.entries(listeners)) {
        this.listeners.set(type, [...(this.listeners.get(type) ?? []), ...list]);
      }
    }
  }

  /** Runs `work` alone; what it changed stays if it returns, or throws an error that keeps its changes. */
  async transact<T>(origin: Origin, work: (context: Context) => T | Promise<T>): Promise<T> {
    return this.transactions.run(async () => {
      try {
        const result = await work(createContext(this, origin));
        this.store.commit();
        this.startMoves();
        return result;
      } catch (error) {
        if (error instanceof StripeError && error.keepsChanges) this.store.commit();
        else this.store.rollback();
        throw error;
      } finally {
        this.arm();
      }
    });
  }

  /** Whether the clock is being moved just now. */
  get isAdvancing(): boolean {
    return this.underway > 0;
  }

  /**
   * Moves the clock forward step by step. At each step what is due is done, webhooks are delivered, and the app does
   * what is due on its side, until all of it is done; only then comes the next step.
   */
  async advanceTo(ms: number): Promise<Advance> {
    this.underway += 1;
    try {
      return await this.advances.run(() => this.walkTo(ms));
    } finally {
      this.underway -= 1;
    }
  }

  /** Has the clock moved as soon as the transaction that asks for it is committed. */
  moveAfterCommit(move: Omit<Move, "id">): void {
    this.store.hidden<Move>("_move").put({ id: newId("move"), ...move });
  }

  private startMoves(): void {
    for (const move of this.store.hidden<Move>("_move").list(({ id }) => !this.moving.has(id))) {
      this.moving.add(move.id);
      this.carryOut(move).catch((error: unknown) => this.report("Moving the clock", error));
    }
  }

  private async carryOut({ id, at, kind, payload }: Move): Promise<void> {
    await this.advanceTo(at * 1000);
    if (this.isClosed) return;
    await this.transact(null, (context) => {
      this.store.hidden<Move>("_move").delete(id);
      context.schedule(context.now(), kind, payload);
    });
    await this.settle();
  }

  private async walkTo(ms: number): Promise<Advance> {
    const started = performance.now();
    const advance: Advance = { steps: 0, ticks: 0, tookMs: 0, problems: [] };
    for (;;) {
      await this.settle();
      await this.letAppWork(advance);
      const now = this.clock.nowMs();
      if (now >= ms || this.isClosed) break;
      this.clock.moveTo(nextStop(tasks(this.store), now, ms, this.tick !== undefined));
      advance.steps += 1;
    }
    return { ...advance, tookMs: Math.round(performance.now() - started) };
  }

  /** An app that fails three times is left alone for the rest of the way. */
  private async letAppWork(advance: Advance): Promise<void> {
    if (!this.tick || advance.problems.length >= MOST_PROBLEMS) return;
    try {
      advance.ticks += await tickUntilIdle(this, this.tick);
    } catch (error) {
      const when = new Date(this.clock.nowMs()).toISOString();
      const message = error instanceof Error ? error.message : String(error);
      const problem = `While the clock stood at ${when}: ${message}`;
      advance.problems.push(problem);
      this.report("The app's tick", problem);
    }
  }

  /** Runs what is due now and waits until webhooks have been tried. */
  async settle(): Promise<void> {
    for (;;) {
      await this.runDue();
      await this.courier.idle();
      const next = nextTask(this.store);
      if (!next || next.at > this.clock.nowSeconds()) return;
    }
  }

  report(what: string, error: unknown): void {
    const text = `${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    this.problems.push(text);
    process.stderr.write(`Stripe double: ${text}\n`);
  }

  /** Takes up what an earlier process left: what is due, and webhooks that were on their way when it ended. */
  async start(): Promise<void> {
    await this.transact(null, (context) => {
      forgetOldAnswers(this.store, context.now());
      const planned = new Set(tasks(this.store).map(({ payload }) => payload.delivery));
      const left = deliveriesOf(this.store).list(({ id, status }) => status === "pending" && !planned.has(id));
      for (const { id } of left) context.schedule(context.now(), "webhook.deliver", { delivery: id });
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.courier.idle();
    await this.transactions.run(() => this.store.close());
  }

  /** Each task in a transaction of its own; one that fails is reported and not tried again. */
  private async runDue(): Promise<void> {
    while (!this.isClosed) {
      const isDone = await this.transact(null, async (context) => {
        const task = nextTask(this.store);
        if (!task || task.at > context.now()) return true;
        unscheduleTask(this.store, task.id);
        await this.runTask(task, context);
        return false;
      });
      if (isDone) return;
    }
  }

  private async runTask(task: Task, context: Context): Promise<void> {
    if (task.kind === "webhook.deliver") {
      this.courier.send(String(task.payload.delivery));
      return;
    }
    try {
      const run = this.tasks.get(task.kind);
      if (!run) throw new Error("nobody does this kind of task");
      await run(task.payload, context);
    } catch (error) {
      if (!(error instanceof StripeError && error.keepsChanges)) {
        this.store.rollback();
        unscheduleTask(this.store, task.id);
      }
      this.report(`The task ${task.kind} ${JSON.stringify(task.payload)} failed`, error);
    }
  }

  private arm(): void {
    clearTimeout(this.timer);
    const next = this.isClosed ? undefined : nextTask(this.store);
    if (!next) return;
    const wait = Math.min(Math.max(0, next.at * 1000 - this.clock.nowMs()), LONGEST_TIMER_MS);
    this.timer = setTimeout(() => {
      this.runDue().catch((error: unknown) => this.report("What was due", error));
    }, wait);
    this.timer.unref();
  }
}
