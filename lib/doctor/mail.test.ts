import { beforeEach, expect, test, vi } from "vitest";
import { DELIVERY_EVENTS } from "@/lib/email/deliveries";
import { lookAtMail } from "./mail";

beforeEach(() => {
  const settings = {
    APP_URL: "https://app.example.com",
    RESEND_API_KEY: "re_1",
    MAIL_FROM: "Ledgerline <hello@example.com>",
    SUPPORT_EMAIL: "help@example.com",
    RESEND_WEBHOOK_SECRET: "whsec_1",
    RESEND_BASE_URL: "",
  };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
});

const webhook = { endpoint: "https://app.example.com/api/resend/webhook", status: "enabled", events: DELIVERY_EVENTS };
const resend =
  (webhooks: object[]): typeof fetch =>
  async (url) =>
    Response.json({
      data: String(url).includes("/webhooks") ? webhooks : [{ name: "example.com", status: "verified" }],
    });
const problems = async (webhooks: object[]) =>
  (await lookAtMail(resend(webhooks))).filter(({ kind }) => kind === "problem").map(({ text }) => text);

test("the doctor finds Resend's webhook when it is there, enabled, and hears all that becomes of mail", async () => {
  expect(await problems([webhook])).toEqual([]);
  expect(await problems([{ ...webhook, events: null }])).toEqual([]);
});

test.each([
  ["absent", [], "Resend has no webhook for https://app.example.com/api/resend/webhook."],
  [
    "of another address",
    [{ ...webhook, endpoint: "https://old.example.com/api/resend/webhook" }],
    "Resend has no webhook",
  ],
  ["disabled", [{ ...webhook, status: "disabled" }], "Resend's webhook is disabled."],
  [
    "deaf to bounces",
    [{ ...webhook, events: DELIVERY_EVENTS.filter((type) => type !== "email.bounced") }],
    "Resend's webhook does not hear email.bounced.",
  ],
])("a webhook of Resend's that is %s is a problem", async (_, webhooks, text) => {
  expect(await problems(webhooks)).toEqual([expect.stringContaining(text)]);
});

test("without its secret Resend is not asked about webhooks", async () => {
  vi.stubEnv("RESEND_WEBHOOK_SECRET", "");
  expect(await problems([])).toEqual([]);
});
