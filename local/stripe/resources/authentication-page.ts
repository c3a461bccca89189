import type { Context, Page } from "../core/resource.ts";

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;display:grid;place-items:center;min-height:100vh;margin:0;background:#f4f4f2;color:#1c1c1c}
main{background:#fff;border:1px solid #ddd;border-radius:8px;padding:28px;max-width:380px}
.banner{background:#fff4d6;border:1px solid #e2c36b;padding:8px 12px;border-radius:6px;font-size:14px}
button{font:inherit;padding:10px 16px;border-radius:6px;border:1px solid #1c1c1c;background:#1c1c1c;color:#fff;width:100%;margin-top:10px}
button.plain{background:#fff;color:#1c1c1c}`;

type Finish = (context: Context, id: string, isPassed: boolean) => { back: string | null; parameter: string };

/** The page that stands for the bank's 3D Secure: pass it or fail it, then back to where the payment came from. */
export function authenticationPage(path: `/${string}/:intent`, finish: Finish): Page[] {
  return [
    { method: "GET", path, handle: () => ({ body: question }) },
    {
      method: "POST",
      path,
      handle({ path: { intent = "" }, form }, context) {
        const isPassed = form.outcome === "complete";
        const { back, parameter } = finish(context, intent, isPassed);
        if (!back) return { body: frame(`<p>${isPassed ? "Passed" : "Failed"}. You may close this page.</p>`) };
        const url = new URL(back);
        url.searchParams.set(parameter, intent);
        url.searchParams.set("redirect_status", isPassed ? "succeeded" : "failed");
        return { status: 303, headers: { location: url.href }, body: "" };
      },
    },
  ];
}

const frame = (content: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Authentication</title><style>${STYLE}</style>
<main><p class="banner">Local Stripe double: no money moves.</p><h1>Your bank asks</h1>${content}</main></html>`;

const question = frame(`<p>Is it you who is paying?</p><form method="post">
<button name="outcome" value="complete">Complete authentication</button>
<button name="outcome" value="fail" class="plain">Fail authentication</button></form>`);
