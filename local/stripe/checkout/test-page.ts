/** What a person types to pay with the card that succeeds. */
export const goodCard = { number: "4242 4242 4242 4242", expiry: "12 / 40", cvc: "123", name: "Ada Lovelace" };

/** The markup of a hosted page. */
export async function fillPage(url: string | null): Promise<string> {
  const answer = await fetch(url ?? "");
  return answer.text();
}

/** Posts a form as a browser does, without following where it leads. */
export function sendForm(url: string | null, fields: Record<string, string>): Promise<Response> {
  return fetch(url ?? "", { method: "POST", body: new URLSearchParams(fields), redirect: "manual" });
}
