import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mismatch } from "./schema/check.ts";
import { openTestDouble, type TestDouble } from "./test-double.ts";
import { openTool, type Tool } from "./test-tool.ts";
import { leftOut, type Trigger, triggers } from "./test-triggers.ts";

const LANES = 2;

let tool: Tool;
let doubles: TestDouble[];
/** The doubles that nobody works with now, and those who wait for one. */
let free: TestDouble[];
const waiting: Array<(bench: TestDouble) => void> = [];
beforeAll(async () => {
  tool = openTool();
  doubles = await Promise.all(Array.from({ length: LANES }, () => openTestDouble()));
  free = [...doubles];
});
afterAll(async () => {
  tool.close();
  for (const bench of doubles) await bench.close();
});

describe("stripe trigger", () => {
  test.concurrent.for(Object.entries(triggers))(
    "%s ends well, and the event arrives signed and as Stripe declares it",
    async ([type, trigger]) => {
      const bench = free.pop() ?? (await new Promise<TestDouble>((resolve) => waiting.push(resolve)));
      try {
        await tryTrigger(bench, type, trigger);
      } finally {
        const next = waiting.shift();
        if (next) next(bench);
        else free.push(bench);
      }
    },
  );

  test("is tried for every event the tool knows, but for those that are left out by name", async () => {
    const { output } = await tool.run("trigger", "--help");
    const known = [...output.matchAll(/^ {2}([a-z_0-9]+(?:\.[a-z_0-9]+)+)$/gm)].map(([, name = ""]) => name);
    expect(known.length).toBeGreaterThan(100);
    const isLeftOut = (name: string) => Object.values(leftOut).some((names) => names.test(name));
    expect(known.filter((name) => !(name in triggers) && !isLeftOut(name))).toEqual([]);
    expect(Object.keys(triggers).filter((name) => !known.includes(name))).toEqual([]);
  });

  test("fails where Stripe would refuse: payment_method_types is gone", async () => {
    const [bench] = doubles;
    if (!bench) throw new Error("There is no double");
    const { code, output } = await run(bench, "payment_intent.succeeded");
    expect(code).not.toBe(0);
    expect(output).toContain("payment_method_types_no_longer_supported");
  });
});

async function tryTrigger(bench: TestDouble, type: string, trigger: Trigger): Promise<void> {
  await trigger.before?.(bench);
  await bench.types();
  bench.caught.length = 0;
  const { code, output } = await run(bench, type, ...(trigger.flags?.(bench) ?? []));
  expect(code, output).toBe(0);
  await trigger.after?.(bench);
  const name = trigger.event ?? type;
  expect(await bench.types()).toContain(name);
  for (const { body } of bench.caught) expect(mismatch(JSON.parse(body))).toBeUndefined();
  const found = bench.caught.find(({ event }) => event.type === name);
  if (trigger.says) expect(found?.event.data.object).toMatchObject(trigger.says);
}

function run({ double }: TestDouble, type: string, ...flags: string[]) {
  return tool.run("trigger", type, "--api-base", double.url, "--api-key", double.key, ...flags);
}
