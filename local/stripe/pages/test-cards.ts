import { type Html, html } from "./html.ts";

/** The cards a page offers to fill in with one press. */
export const offeredCards = [
  { number: "4242 4242 4242 4242", outcome: "Succeeds" },
  { number: "4000 0000 0000 0002", outcome: "Declined" },
  { number: "4000 0000 0000 9995", outcome: "Insufficient funds" },
  { number: "4000 0027 6000 3184", outcome: "Asks for 3D Secure" },
] as const;
const declinedLater = { number: "4000 0000 0000 0341", outcome: "Succeeds now, declined on renewal" };

/**
 * The list of test cards beside a payment form, and the script that fills them in and stops a second press.
 * @param renews whether a card that fails on renewal makes sense.
 */
export function testCardList(renews: boolean): Html {
  const cards = renews ? [...offeredCards, declinedLater] : offeredCards;
  return html`<section class="gap" aria-labelledby="cards-title">
<h2 id="cards-title">Test cards</h2>
<ul class="cards">${cards.map(
    (card) =>
      html`<li><button type="button" data-card="${card.number}"><span>${card.outcome}</span><code>${card.number}</code></button></li>`,
  )}</ul>
<p class="small muted">Press one to fill it in. Any future date and any three digits will do.</p>
</section>`;
}
