import { Html } from "./html.ts";

/** The neutral style of every page of the double: no brand, both themes, from 390 px up. */
export const styles = new Html(`
:root {
  --page: #f6f6f4; --card: #ffffff; --text: #1c1d1f; --muted: #5d6066; --line: #d9d9d4; --field: #8a8d92;
  --act: #24405c; --act-text: #ffffff; --focus: #2f6fb0; --wrong: #a3231a; --wrong-soft: #fdecea;
  --right: #1c6b3c; --right-soft: #e8f5ec; --note: #5c4300; --note-soft: #fff3d1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15161a; --card: #1d1f24; --text: #ececee; --muted: #a7aab2; --line: #34373e; --field: #7d818a;
    --act: #b9d2ec; --act-text: #10202f; --focus: #8fc0f2; --wrong: #ffb3ab; --wrong-soft: #3d1d1b;
    --right: #9fdcb5; --right-soft: #17301f; --note: #ffe08a; --note-soft: #352a0c;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 ui-sans-serif, system-ui, sans-serif; }
a { color: inherit; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.banner { margin: 0; padding: 8px 16px; background: var(--note-soft); color: var(--note); text-align: center; font-size: 13px; }
main { max-width: 980px; margin: 0 auto; padding: 32px 20px 64px; }
main.notice { max-width: 520px; }
.total + .muted { margin-top: 0; }
dl div { display: flex; gap: 8px; } dd { margin: 0; }
.columns { display: grid; align-items: start; gap: 40px; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
@media (max-width: 760px) { .columns { grid-template-columns: minmax(0, 1fr); gap: 24px; } main { padding-top: 20px; } }
.back { display: inline-block; margin-bottom: 16px; color: var(--muted); font-size: 14px; }
h1 { font-size: 20px; line-height: 1.3; margin: 0 0 4px; }
h2 { font-size: 14px; margin: 0 0 12px; }
.total { font-size: 32px; font-weight: 650; font-variant-numeric: tabular-nums; margin: 0 0 4px; }
.muted { color: var(--muted); }
.small { font-size: 13px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 20px; }
table { width: 100%; border-collapse: collapse; margin-top: 20px; }
th, td { text-align: left; vertical-align: top; padding: 10px 0; border-bottom: 1px solid var(--line); font-weight: 400; }
th[scope="col"] { color: var(--muted); font-size: 13px; }
td.amount, th.amount { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; padding-left: 16px; }
tfoot th, tfoot td { border-bottom: 0; padding: 6px 0; }
tfoot tr.due th, tfoot tr.due td { font-weight: 650; padding-top: 10px; border-top: 1px solid var(--line); }
form { margin: 0; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
legend { font-weight: 650; padding: 0; margin-bottom: 12px; }
.field { margin: 0 0 14px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
label { display: block; font-size: 14px; margin-bottom: 4px; }
input[type="text"], input[type="email"] {
  width: 100%; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--field); border-radius: 6px; padding: 9px 11px;
}
input[aria-invalid="true"] { border-color: var(--wrong); }
.check { display: flex; gap: 10px; align-items: flex-start; }
.check input { margin: 4px 0 0; width: 16px; height: 16px; }
.check label { margin: 0; }
.wrong { color: var(--wrong); font-size: 13px; margin: 4px 0 0; }
.alert { background: var(--wrong-soft); color: var(--wrong); border-radius: 8px; padding: 12px 14px; margin: 0 0 16px; }
.done { background: var(--right-soft); color: var(--right); border-radius: 8px; padding: 12px 14px; margin: 0 0 16px; }
button, .button {
  font: inherit; font-weight: 600; border-radius: 6px; border: 1px solid transparent; padding: 10px 16px; cursor: pointer;
  background: var(--act); color: var(--act-text); text-decoration: none; display: inline-block; text-align: center;
}
button.wide { width: 100%; margin-top: 6px; }
button.secondary, .button.secondary { background: transparent; color: var(--text); border-color: var(--field); font-weight: 500; }
button[disabled] { opacity: .65; cursor: progress; }
.inline { display: flex; gap: 8px; align-items: flex-end; }
.inline .field { flex: 1; margin: 0; }
.cards { list-style: none; margin: 0; padding: 0; display: grid; gap: 6px; }
.cards button {
  width: 100%; display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: 2px 12px; text-align: left; font-size: 13px;
  font-weight: 500; background: transparent; color: var(--text); border-color: var(--line); padding: 8px 12px;
}
.cards code { font: 13px ui-monospace, monospace; color: var(--muted); }
.gap { margin-top: 24px; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
table.dense { margin: 0; font-size: 13px; }
.dense th, .dense td { padding: 7px 14px; white-space: nowrap; font-variant-numeric: tabular-nums; }
.dense tbody tr:last-child td { border-bottom: 0; }
code { font: 12px ui-monospace, monospace; }
.narrow { max-width: 520px; }
main.portal { max-width: 720px; }
.rows { list-style: none; margin: 0; padding: 0; }
.rows li { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: 8px 16px; padding: 10px 0; border-bottom: 1px solid var(--line); }
.rows p { margin: 0; } .rows + p, .rows + form, dl + p { margin: 16px 0 0; }
.acts { display: flex; gap: 8px; }
.brand::first-letter { text-transform: uppercase; }
.brand { display: inline-block; }
.mark { font-size: 12px; border: 1px solid var(--field); border-radius: 4px; padding: 1px 6px; color: var(--muted); }
button.small, .button.small { padding: 5px 10px; font-size: 13px; }
select { width: 100%; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--field); border-radius: 6px; padding: 9px 8px; }
@media (max-width: 480px) { form.inline { flex-wrap: wrap; } form.inline .field { flex: 1 1 100%; } }
.actions { display: flex; flex-wrap: wrap; gap: 12px; margin-top: 16px; }
.tiles { display: grid; gap: 16px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 290px), 1fr)); margin-top: 24px; }
.tiles .card { margin: 0; }
.time { font-size: 20px; font-variant-numeric: tabular-nums; margin: 0; }
.mark.good { color: var(--right); border-color: var(--right); } .mark.bad { color: var(--wrong); border-color: var(--wrong); }
.rows.card { padding: 6px 20px; } .rows li:last-child { border-bottom: 0; }
.card > p:first-child { margin-top: 0; } .card > :last-child { margin-bottom: 0; }
.card > input[type="hidden"] + p { margin-top: 0; }
.check + .check { margin-top: 8px; } fieldset + .field { margin-top: 16px; }
select, input[type="text"], input[type="email"] { min-height: 43px; }
.inline button.small { min-height: 43px; }
.stack + .stack { margin-top: 12px; }
.switches { display: grid; gap: 4px; }
button.switch { display: flex; justify-content: space-between; align-items: center; gap: 12px; background: transparent; color: var(--text); font-weight: 400; font-size: 14px; padding: 6px 0; text-align: left; }
.knob { flex: none; width: 34px; height: 20px; border-radius: 10px; background: var(--field); position: relative; }
.knob::after { content: ""; position: absolute; top: 2px; left: 2px; width: 16px; height: 16px; border-radius: 50%; background: var(--card); }
[aria-checked="true"] .knob { background: var(--act); } [aria-checked="true"] .knob::after { left: 16px; }
pre { overflow-x: auto; font: 12px/1.5 ui-monospace, monospace; }
h3 { font-size: 14px; margin: 0; }
.sheet { display: grid; gap: 20px; } .sheet .act + .act { border-top: 1px solid var(--line); padding-top: 20px; }
.act > p { margin: 2px 0 0; } .act > .wrong { margin-top: 8px; }
.line { display: flex; flex-wrap: wrap; align-items: flex-end; gap: 8px 12px; margin-top: 10px; }
.line .field { margin: 0; flex: 1 1 150px; max-width: 300px; } .line button { min-height: 36px; }
.line .field + button, .line .field ~ button { min-height: 43px; }
@media (max-width: 480px) { .line .field { max-width: none; } }
.more { margin-top: 16px; } .more summary { cursor: pointer; font-size: 14px; } .more .sheet { margin-top: 16px; }
.address { overflow-wrap: anywhere; }
`);
