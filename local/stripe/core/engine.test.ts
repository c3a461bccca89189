import { afterEach, describe, expect, test, vi } from "vitest";
import { controlDoors } from "../control/control.ts";
import { clientOf, refusal } from "../test-double.ts";
import { type Double, openDouble } from "./double.ts";
import { cardError, invalid } from "./error.ts";
import type { Resource } from "./resource.ts";

let double: Double | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  await double?.close();
});

async function open(resource: Resource): Promise<Double> {
  double = await openDouble([resource], { port: 0, key: "sk_test_double_0123456789" }, controlDoors);
  return double;
}

const customer = { email: "a@example.com" };

describe("a mistake in the double itself", () => {
  test("in an answer is a 500 that names the field, and leaves nothing behind", async () => {
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const { engine, url, key } = await open({
      routes: [
        {
          method: "POST",
          path: "/v1/customers",
          handle: (_, context) =>
            context.save({ ...context.build("customer", { id: "cus_1", ...customer }), paid: true }),
        },
      ],
    });
    const error = await refusal(clientOf({ url, key }).customers.create(customer));
    expect(error).toMatchObject({ statusCode: 500, type: "StripeAPIError" });
    expect(error.message).toContain("customer.paid is not a field Stripe declares");
    expect(engine.store.objects("customer").list()).toEqual([]);
    expect(engine.problems).toHaveLength(1);
  });

  test("in an event is a 500 too: a name Stripe does not have, an object it would not send", async () => {
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const { url, key } = await open({
      routes: [
        {
          method: "POST",
          path: "/v1/customers",
          handle(_, context) {
            const made = context.build("customer", { id: "cus_1", ...customer });
            context.emit("customer.exploded", made);
            return made;
          },
        },
      ],
    });
    expect((await refusal(clientOf({ url, key }).customers.create(customer))).message).toContain("customer.exploded");
  });
});

describe("what is scheduled", () => {
  test("is undone and reported when it fails, and does not stop what comes after", async () => {
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const { engine } = await open({
      tasks: {
        fail: (_, context) => {
          context.save(context.build("customer", { id: "cus_half" }));
          throw invalid("This cannot be done.");
        },
        work: (_, context) => void context.save(context.build("customer", { id: "cus_whole" })),
      },
    });
    await engine.transact(null, (context) => {
      context.schedule(context.now() + 10, "fail", {});
      context.schedule(context.now() + 20, "work", {});
    });
    await engine.advanceTo(engine.clock.nowMs() + 60_000);
    expect(
      engine.store
        .objects("customer")
        .list()
        .map(({ id }) => id),
    ).toEqual(["cus_whole"]);
    expect(engine.problems).toEqual([expect.stringContaining("This cannot be done.")]);
  });

  test("that fails but keeps its changes keeps what it scheduled under its own key too", async () => {
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const seen: number[] = [];
    const { engine } = await open({
      tasks: {
        retry(_, context) {
          seen.push(context.now());
          if (seen.length > 1) return;
          context.schedule(context.now() + 100, "retry", {}, "retry");
          throw cardError({ code: "card_declined", message: "Your card was declined." });
        },
      },
    });
    const at = engine.clock.nowSeconds() + 10;
    await engine.transact(null, (context) => context.schedule(at, "retry", {}, "retry"));
    await engine.advanceTo(engine.clock.nowMs() + 300_000);
    expect(seen).toEqual([at, at + 100]);
  });

  test("happens by itself when its time comes", async () => {
    const { engine } = await open({
      tasks: { ring: (_, context) => void context.save(context.build("customer", { id: "cus_rung" })) },
    });
    await engine.transact(null, (context) => context.schedule(context.now() + 1, "ring", {}));
    expect(engine.store.objects("customer").list()).toEqual([]);
    await expect.poll(() => engine.store.objects("customer").get("cus_rung")?.id, { timeout: 5000 }).toBe("cus_rung");
  });

  test("under one key happens once, at the time given last, or not at all when it is taken back", async () => {
    const seen: number[] = [];
    const { engine } = await open({ tasks: { ring: (_, context) => void seen.push(context.now()) } });
    const now = engine.clock.nowSeconds();
    await engine.transact(null, (context) => {
      context.schedule(now + 100, "ring", {}, "once");
      context.schedule(now + 200, "ring", {}, "once");
      context.schedule(now + 150, "ring", {}, "never");
      context.unschedule("never");
    });
    await engine.advanceTo(engine.clock.nowMs() + 300_000);
    expect(seen).toEqual([now + 200]);
  });
});
