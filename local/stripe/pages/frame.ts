import { behavior } from "./behavior.ts";
import { type Html, html } from "./html.ts";
import { styles } from "./styles.ts";

interface Frame {
  title: string;
  body: Html;
}

/** One whole page of the double: the banner that says it is one, then the body. */
export function pageFrame({ title, body }: Frame): string {
  const page = html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${styles}</style>
</head>
<body>
<header class="banner"><strong>Local stand-in for Stripe: no money moves.</strong> Use a test card, never a real one.</header>
${body}
<script>${behavior}</script>
</body>
</html>`;
  return `<!doctype html>\n${page.markup}\n`;
}

/** A page that says one thing and offers at most one way on. */
export function noticePage(title: string, text: string, link?: { href: string; label: string }): string {
  const way = link && html`<p><a class="button secondary" href="${link.href}">${link.label}</a></p>`;
  return pageFrame({ title, body: html`<main class="notice"><h1>${title}</h1><p>${text}</p>${way}</main>` });
}
