import { hiddenFields, type TypedPayment } from "./fields.ts";
import { pageFrame } from "./frame.ts";
import { html } from "./html.ts";

interface AuthenticationView {
  /** Where both answers are posted, as `act=authenticate` or `act=refuse`. */
  address: string;
  /** Null when nothing is charged now. */
  amount: string | null;
  typed: TypedPayment;
}

/** The page that stands for the bank's 3D Secure step. */
export function authenticationPage(view: AuthenticationView): string {
  return pageFrame({
    title: "Confirm it is you",
    body: html`<main class="notice"><div class="card">
<h1>Confirm it is you</h1>
<p>The bank asks you to approve ${view.amount ? html`a payment of <strong>${view.amount}</strong>` : "saving this card"}. This page stands for the bank's 3D Secure step.</p>
<form method="post" action="${view.address}" data-once>
${hiddenFields(view.typed)}
<div class="actions">
<button type="submit" name="act" value="authenticate">Complete authentication</button>
<button type="submit" name="act" value="refuse" class="secondary">Fail authentication</button>
</div>
</form>
</div></main>`,
  });
}
