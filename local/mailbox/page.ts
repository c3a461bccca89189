import type { Mail } from "./store.ts";

const STYLE = `
:root { color-scheme: light dark; --line: #e2e0dc; --soft: #f6f5f3; --faint: #6b6862; --ink: #1c1b19; --ground: #fff; }
@media (prefers-color-scheme: dark) { :root { --line: #34322f; --soft: #211f1d; --faint: #a09c95; --ink: #ecebe8; --ground: #171614; } }
* { box-sizing: border-box; }
body { margin: 0; display: grid; grid-template-rows: auto minmax(0, 1fr); height: 100vh; font: 14px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
header { display: flex; align-items: center; gap: 12px; padding: 10px 20px; border-bottom: 1px solid var(--line); }
header strong { font-size: 16px; } header span { color: var(--faint); flex: 1; }
button, .button { font: inherit; color: inherit; background: none; border: 1px solid var(--line); border-radius: 6px; padding: 4px 12px; cursor: pointer; text-decoration: none; }
button:hover, .button:hover { background: var(--soft); }
main { display: grid; grid-template-columns: minmax(260px, 360px) minmax(0, 1fr); min-height: 0; }
nav { border-right: 1px solid var(--line); overflow: auto; }
nav a { display: block; padding: 10px 20px; border-bottom: 1px solid var(--line); color: inherit; text-decoration: none; }
nav a:hover, nav a[aria-current] { background: var(--soft); }
nav b { display: block; font-weight: 600; } nav small, dt { color: var(--faint); font-size: 12px; }
article { padding: 16px 20px; display: flex; flex-direction: column; gap: 12px; min-width: 0; overflow: auto; }
h1 { font-size: 20px; margin: 0; } dl { display: grid; grid-template-columns: 64px 1fr; gap: 2px 12px; margin: 0; } dd { margin: 0; overflow-wrap: anywhere; }
iframe { flex: 1 0 320px; border: 1px solid var(--line); border-radius: 8px; background: #fff; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--soft); padding: 12px; border-radius: 8px; margin: 8px 0 0; }
.empty { padding: 48px 20px; color: var(--faint); } summary { cursor: pointer; }
@media (max-width: 720px) { body { height: auto; min-height: 100vh; } header span { font-size: 12px; line-height: 1.35; } main { grid-template: auto 1fr / 1fr; } nav { max-height: 30vh; border-right: 0; } iframe { flex-basis: 70vh; } }`;

const FOLLOW = `
let known = document.body.dataset.newest;
setInterval(async () => {
  const [newest] = await fetch("/api/mails?limit=1").then((answer) => answer.json()).catch(() => [{ id: known }]);
  if ((newest?.id ?? "") !== known && document.visibilityState === "visible") location.reload();
}, 2000);
document.querySelector("#clear")?.addEventListener("click", async () => {
  await fetch("/api/mails", { method: "DELETE" });
  location.href = "/";
});`;

/** The mailbox in a browser: a list, and one mail beside it. */
export function mailboxPage(mails: Mail[], open: Mail | undefined): string {
  const items = mails.map(
    (mail) => `<a href="/mails/${mail.id}"${mail.id === open?.id ? ' aria-current="true"' : ""}>
      <b>${escaped(mail.subject)}</b>${escaped(mail.to.join(", "))}<br><small>${time(mail)}</small></a>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${open ? `${escaped(open.subject)} · ` : ""}Mailbox</title><style>${STYLE}</style></head>
<body data-newest="${mails[0]?.id ?? ""}">
<header><strong>Mailbox</strong><span>Mail of the local stack. Nothing here left this computer.</span>
${mails.length > 0 ? '<button id="clear" type="button">Delete all</button>' : ""}</header>
<main><nav aria-label="Mails">${items.join("") || '<p class="empty">No mail yet.</p>'}</nav>${open ? letter(open) : nothingOpen(mails)}</main>
<script>${FOLLOW}</script></body></html>`;
}

/** The HTML part alone, for the sandboxed frame; its links open outside of it. */
export function framedHtml(mail: Mail): string {
  return `${mail.html ?? `<pre>${escaped(mail.text ?? "")}</pre>`}<base target="_blank">`;
}

function letter(mail: Mail): string {
  const text = mail.text
    ? `<details${mail.html ? "" : " open"}><summary>Text part</summary><pre>${escaped(mail.text)}</pre></details>`
    : "";
  const frame = mail.html
    ? `<iframe title="The mail" sandbox="allow-popups allow-popups-to-escape-sandbox" src="/mails/${mail.id}/html"></iframe>`
    : "";
  return `<article><h1>${escaped(mail.subject)}</h1><dl><dt>From</dt><dd>${escaped(mail.from)}</dd>
<dt>To</dt><dd>${escaped(mail.to.join(", "))}</dd><dt>Sent</dt><dd>${time(mail)}</dd></dl>${frame}${text}</article>`;
}

function nothingOpen(mails: Mail[]): string {
  return `<p class="empty">${mails.length > 0 ? "Choose a mail to read it." : "Mail that the app sends arrives here."}</p>`;
}

function time(mail: Mail): string {
  return `<time datetime="${mail.createdAt}">${mail.createdAt.replace("T", " ").slice(0, 19)} UTC</time>`;
}

function escaped(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
