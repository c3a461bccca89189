import { describe, expect, it } from "vitest";
import { MOST_EVENTS, parseEvents } from "./events";

const at = new Date("2026-11-22T12:00:00Z");
const good = { key: "job-1", model: "small-1", input_tokens: 1_200, output_tokens: 300 };
const parse = (...events: unknown[]) => parseEvents({ events }, at);

describe("a batch of usage events", () => {
  it("is accepted with tokens of a model, or with credits decided elsewhere", () => {
    expect(parse(good, { key: "job-2", credits: 25, feature: "export" })).toMatchObject({ ok: true });
  });

  it("may hold events worth nothing", () => {
    expect(parse({ key: "job-1", credits: 0 }, { key: "job-2", model: "large-1" })).toMatchObject({ ok: true });
  });

  it.each<[string, unknown]>([
    ["no key", { ...good, key: undefined }],
    ["an empty key", { ...good, key: "" }],
    ["a model that is not sold", { ...good, model: "gpt-9" }],
    ["neither model nor credits", { key: "job-1" }],
    ["both model and credits", { ...good, credits: 5 }],
    ["tokens without their model", { key: "job-1", credits: 5, output_tokens: 10 }],
    ["a negative count", { ...good, output_tokens: -1 }],
    ["half a token", { ...good, output_tokens: 1.5 }],
    ["a number written as text", { ...good, output_tokens: "300" }],
    ["a field that does not exist", { ...good, outputTokens: 300 }],
    ["a time without a zone", { ...good, occurred_at: "2026-11-22T11:00:00" }],
    ["a time in the future", { ...good, occurred_at: "2026-11-22T12:02:00Z" }],
    ["a time 36 days back", { ...good, occurred_at: "2026-10-17T11:59:00Z" }],
    ["a NUL in its key", { ...good, key: "job\u0000" }],
    ["half a character in its feature", { ...good, feature: "reports \ud83d" }],
    ["nothing at all", null],
  ])("is refused whole for an event with %s, which it names", (_, bad) => {
    expect(parse(good, bad, good)).toMatchObject({ ok: false, code: "invalid_event", index: 1 });
  });

  it("says which field of the event is wrong", () => {
    expect(parse({ ...good, output_tokens: -1 })).toMatchObject({ message: expect.stringContaining("output_tokens") });
  });

  it.each<[unknown]>([[null], [[]], [{}], [{ events: [] }], [{ events: "all" }], [{ events: [good], more: 1 }]])(
    "is refused when the body is %j",
    (body) => {
      expect(parseEvents(body, at)).toMatchObject({ ok: false, code: "invalid_request" });
    },
  );

  it("holds at most 1,000 events", () => {
    const events = Array.from({ length: MOST_EVENTS + 1 }, (_, index) => ({ ...good, key: `job-${index}` }));
    expect(parse(...events.slice(1))).toMatchObject({ ok: true });
    expect(parse(...events)).toMatchObject({ ok: false, code: "too_many_events" });
  });
});
