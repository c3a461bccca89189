import { balance, expect, test } from "../fixtures";

test("a page is summarized for a fixed price", async ({ signedIn }) => {
  await signedIn.goto("/summarize");
  await signedIn
    .getByRole("textbox")
    .fill("Credits are bought in advance. They are spent as answers are made. ".repeat(20));
  await signedIn.getByRole("button", { name: /summarize/i }).click();
  await expect(balance(signedIn)).toHaveText("4,950 credits", { timeout: 20_000 });
});
