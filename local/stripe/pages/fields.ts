import { type Html, html } from "./html.ts";

/** What a person typed into a payment form, kept when the page is drawn again. */
export interface TypedPayment {
  email: string;
  number: string;
  expiry: string;
  cvc: string;
  name: string;
  promotion_code: string;
  terms: string;
}

export type Mistakes = Partial<Record<keyof TypedPayment, string>>;

export const nothingTyped: TypedPayment = {
  email: "",
  number: "",
  expiry: "",
  cvc: "",
  name: "",
  promotion_code: "",
  terms: "",
};

interface Field {
  id: keyof TypedPayment;
  label: string;
  value: string;
  mistake: string | undefined;
  autocomplete: string;
  inputmode?: "numeric" | "email" | "text";
  type?: "text" | "email";
  placeholder?: string;
  required?: boolean;
}

/** One labeled text field with its mistake beneath it. */
export function textField(field: Field): Html {
  const wrong = field.mistake !== undefined;
  return html`<div class="field">
<label for="${field.id}">${field.label}</label>
<input id="${field.id}" name="${field.id}" type="${field.type ?? "text"}" value="${field.value}" autocomplete="${field.autocomplete}"
 inputmode="${field.inputmode ?? "text"}" placeholder="${field.placeholder ?? ""}" ${field.required !== false && html`required`}
 ${wrong && html`aria-invalid="true" aria-describedby="${field.id}-wrong"`}>
${wrong && html`<p class="wrong" id="${field.id}-wrong">${field.mistake}</p>`}
</div>`;
}

/** The fields of a card: number, expiry, security code, name. */
export function cardFields(typed: TypedPayment, mistakes: Mistakes): Html {
  return html`<fieldset>
<legend>Card</legend>
${textField({ id: "number", label: "Card number", value: typed.number, mistake: mistakes.number, autocomplete: "cc-number", inputmode: "numeric", placeholder: "1234 1234 1234 1234" })}
<div class="pair">
${textField({ id: "expiry", label: "Expiry", value: typed.expiry, mistake: mistakes.expiry, autocomplete: "cc-exp", inputmode: "numeric", placeholder: "MM / YY" })}
${textField({ id: "cvc", label: "CVC", value: typed.cvc, mistake: mistakes.cvc, autocomplete: "cc-csc", inputmode: "numeric", placeholder: "123" })}
</div>
${textField({ id: "name", label: "Name on card", value: typed.name, mistake: mistakes.name, autocomplete: "cc-name" })}
</fieldset>`;
}

/**
 * Everything typed as hidden fields, so that a step in between loses nothing.
 * @param without names that the form has as real fields.
 */
export function hiddenFields(typed: TypedPayment, without: (keyof TypedPayment)[] = []): Html[] {
  return Object.entries(typed)
    .filter(([name]) => !without.some((left) => left === name))
    .map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
}
