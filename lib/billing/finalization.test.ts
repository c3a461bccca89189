import { expect, test } from "vitest";
import { finalizationProblem } from "./finalization";

test("a missing address or a wrong tax id is the customer's to mend, everything else the founder's", () => {
  expect(finalizationProblem("customer_tax_location_invalid").lacks).toBe("address");
  expect(finalizationProblem("tax_id_invalid").lacks).toBe("tax_id");
  for (const code of ["stripe_tax_inactive", "taxes_calculation_failed", "something_new", null])
    expect(finalizationProblem(code).lacks).toBeNull();
});

test("every way out says what to do", () => {
  for (const code of ["customer_tax_location_invalid", "tax_id_invalid", null])
    expect(finalizationProblem(code).wayOut).toMatch(/Stripe's Dashboard/);
});
