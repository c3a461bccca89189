import { Html } from "./html.ts";

/**
 * What the pages do in the browser: go to the first mistake or to what was said, fill in a test card, refuse a second press, carry what was typed into the payment
 * form along when a promotion code is sent, move the clock. Without it everything still works, only less kindly.
 */
export const behavior = new Html(`
const field = (id) => document.getElementById(id);
const said = document.querySelector("[aria-invalid=true]") ?? document.querySelector("p.alert, p.done");
if (said) {
  if (!said.matches("input, select")) said.tabIndex = -1;
  said.focus();
}
for (const button of document.querySelectorAll("[data-card]")) {
  button.addEventListener("click", () => {
    const typed = { number: button.dataset.card, expiry: "12 / " + String(new Date().getFullYear() + 4).slice(2), cvc: "123" };
    for (const [id, value] of Object.entries(typed)) if (field(id)) field(id).value = value;
    if (field("name") && !field("name").value) field("name").value = "Test Person";
    field("number")?.focus();
  });
}
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    const button = event.submitter ?? form.querySelector("button[type=submit]");
    if (button) setTimeout(() => { button.disabled = true; button.textContent = button.dataset.busy || "Working…"; });
  });
}
for (const form of document.querySelectorAll("form[data-carry]")) {
  form.addEventListener("submit", () => {
    for (const hidden of form.querySelectorAll("input[type=hidden]")) {
      const typed = field(hidden.name);
      if (typed) hidden.value = typed.type === "checkbox" ? (typed.checked ? typed.value : "") : typed.value;
    }
  });
}
const send = async (door, method, body, say) => {
  for (const other of document.querySelectorAll("[data-post], [data-door] button")) other.disabled = true;
  const answer = await fetch(door, { method, body }).catch(() => null);
  const result = answer ? await answer.json() : { error: { message: "The local Stripe does not answer." } };
  if (answer?.ok && !result.problems?.length) return result.deleted ? location.assign("/") : location.reload();
  say(result.error?.message || result.problems.join(" "));
  if (answer?.ok) return setTimeout(() => location.reload(), 6000);
  for (const other of document.querySelectorAll("[data-post], [data-door] button")) other.disabled = false;
};
for (const button of document.querySelectorAll("[data-post]")) {
  button.addEventListener("click", async () => {
    const words = button.textContent;
    if (button.dataset.busy) button.textContent = button.dataset.busy;
    const told = document.querySelector("[data-problems]");
    const say = (problem) => {
      button.textContent = words;
      if (told) { told.hidden = false; told.textContent = problem; told.scrollIntoView({ block: "center" }); } else alert(problem);
    };
    const { post, body, method } = button.dataset;
    await send(post, method || "POST", method === "DELETE" ? undefined : body, say);
  });
}
for (const form of document.querySelectorAll("form[data-door]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { door, body, confirm: question } = form.dataset;
    if (question && !confirm(question)) return;
    const sent = JSON.parse(body);
    for (const { name, value, dataset } of form.elements) {
      if (!name || value === "") continue;
      sent[name] = dataset.factor ? Math.round(Number(value.replace(",", ".")) * Number(dataset.factor)) : value;
    }
    const told = form.querySelector("[data-wrong]");
    await send(door, "POST", JSON.stringify(sent), (problem) => { told.hidden = false; told.textContent = problem; });
  });
}
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
`);
