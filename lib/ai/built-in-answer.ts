/** The words of a prompt that say what it is about. */
const STOP_WORDS = new Set(
  "a about above after again all also am an and any are as ask at be because been before being below between both but by can could did do does doing down each explain few for from further give had has have having help here how i if in into is it its just let like make me more most my need no nor not now of off on once one only or other our out over own please same short should show so some such tell than that the their them then there these they this those three through to too under until up us use very want was we week were what when where which while who whom why will with without word words would write you your".split(
    " ",
  ),
);

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu) ?? [];

const sentencesOf = (text: string): string[] =>
  text
    .replace(/\s+/g, " ")
    .split(/(?<=[.!?])\s+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length > 20);

function keyWordsOf(text: string, most: number): string[] {
  const counts = new Map<string, number>();
  for (const word of wordsOf(text)) {
    if (word.length > 2 && !STOP_WORDS.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, most)
    .map(([word]) => word);
}

const LEADING_REQUEST =
  /^(please |can you |could you |would you |help me (to )?|i (need|want) (you to |to |a |an )?|tell me |show me |give me )+/i;

function topicOf(prompt: string): string {
  const clause = (prompt.split(/[\n.?!:;]/)[0] ?? "").replace(LEADING_REQUEST, "").trim();
  const short = clause.split(/\s+/).slice(0, 14).join(" ");
  return short === "" ? "your question" : short.charAt(0).toLowerCase() + short.slice(1);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function summary(prompt: string): string {
  const body = prompt.replace(/^[^\n:]{0,200}(?::|\n)\s*/, "");
  const sentences = sentencesOf(body);
  const weights = new Map(keyWordsOf(body, 24).map((word, index) => [word, 24 - index]));
  const weigh = (sentence: string) =>
    wordsOf(sentence).reduce((sum, word) => sum + (weights.get(word) ?? 0), 0) / Math.sqrt(sentence.length);
  const best = sentences
    .map((sentence, index) => ({ sentence, index, weight: weigh(sentence) }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, 3)
    .sort((a, b) => a.index - b.index);
  if (best.length === 0) return `In short: ${body.trim() || "there was no text to summarize."}`;
  const subjects = keyWordsOf(body, 5).join(", ");
  return `**In short**\n\n${best.map(({ sentence }) => `- ${sentence}`).join("\n")}\n\n**What it is about**: ${subjects}.`;
}

const TOLD = /^(?:tells?|informs?|reminds?|asks?|lets?)\s+(?:(?:our|the|my|all)\s+)?\w+\s+(?:(?:know|that|about)\s+)*/i;

function email(prompt: string): string {
  const about = topicOf(prompt)
    .replace(/^.*?\b(?:that|about|to)\b\s*/i, "")
    .replace(TOLD, "");
  return `**Subject: ${capital(about)}**

Hello,

A short note, so that you hear it from us first: ${about}.

**What it means for you.** Nothing changes today. Everything you have set up keeps working as it is, and you will hear from us again a week before the date.

**Why.** We would rather tell you early and plainly than surprise you on an invoice.

**What you can do.** If this does not suit you, reply to this message. A person reads it, and we will find a way that does.

Thank you for being with us,

*Your name*

---

Two notes on the draft: the fact comes in the first sentence, since many people read no further; and the last paragraph offers a way out, which lowers the number of angry replies more than any apology.`;
}

function comparison(prompt: string): string {
  const clean = topicOf(prompt).replace(/^compare\s+/i, "");
  const [left = "The first", right = "the second"] = clean
    .split(/\s+(?:with|versus|vs\.?|against|or|and)\s+/i)
    .map((side) => side.replace(/^charging /i, "").replace(/\s+for\s+.*$/i, ""));
  const a = capital(left);
  const b = capital(right);
  return `Both work. They differ in who carries the risk.

**${a}**

- Easy to explain: one number.
- Steady revenue that you can forecast.
- Small customers may find it dear, and pay for the heavy ones.

**${b}**

- Needs an example before people see what it costs them.
- Revenue follows what people do, and so does your cost.
- Small customers start cheaply; heavy ones pay for what they take.

**When to choose ${left}.** Your costs hardly change with use, and buyers want a fixed line in their budget.

**When to choose ${right}.** Each use costs you money, and the heaviest tenth of your customers uses more than the rest together.

**A middle way.** A base price that includes a fair amount, and a clear rate beyond it. Most people never leave the included part; the few who do have already seen what it is worth to them.

If you tell me your cost for one use and how unevenly people use it, I can work the numbers through.`;
}

function plan(prompt: string): string {
  const goal = topicOf(prompt)
    .replace(/^plan\s+/i, "")
    .replace(/,.*$/, "");
  return `Here is a plan for ${goal}. Each step ends in something you can look at.

**Week 1: know who it is for**
1. Write down, in one sentence, who it helps and with what.
2. Talk to five people who have that problem. Ask what they did about it last time.
3. Strike out half of what you meant to build.

**Week 2: make the smallest honest version**
1. Build the one path that delivers the promise, from first visit to result.
2. Put a price on it. A price is the quickest way to learn whether it matters.
3. Let two of the five use it while you watch, silently.

**Week 3: mend and prepare**
1. Fix the three places where they hesitated, and nothing else.
2. Write the page that explains it in their words.
3. Decide the one number that will tell you whether it works.

**Week 4: open the door**
1. Tell the people you talked to first, one by one.
2. Publish where they already read.
3. Each evening: what did people do, what did they ask, what will change tomorrow?

**The risk to watch**: weeks 1 and 2 tend to stretch. If the version is not in somebody's hands by day 14, make it smaller rather than later.`;
}

function code(prompt: string): string {
  const words = keyWordsOf(prompt.replace(/\b(code|function|typescript|javascript|python|sql)\b/gi, ""), 3);
  const name = words.map((word, index) => (index === 0 ? word : capital(word))).join("") || "handle";
  const identifier = name.replace(/[^\p{L}\p{N}]/gu, "");
  return `Here is a starting point in TypeScript:

\`\`\`ts
/** ${capital(topicOf(prompt))}. */
export function ${identifier}<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
\`\`\`

How it works:

- It reads the input once, so the time grows with the number of items and nothing else.
- It takes the key as a function, so it does not need to know your data.
- It changes nothing it was given.

Before you rely on it, test the empty list, a single item, and two items with the same key.`;
}

function explanation(prompt: string): string {
  const topic = topicOf(prompt);
  const [first = "the goal", second = "the people it is for", third = "the cost"] = keyWordsOf(prompt, 3);
  return `The short answer on *${topic}*: start from what you want to be true afterwards, and work backwards from there.

**Three things decide it**

1. **${capital(first)}.** Say what you mean by it in a sentence someone else could check. Most disagreements end here.
2. **${capital(second)}.** Look at how it is done today, and what that costs in time or money. That is the mark to beat.
3. **${capital(third)}.** Find the part that cannot be undone later, and decide that part slowly. The rest can be decided quickly.

**What I would do next**

- Write the result you want on half a page, with a number in it.
- Try the smallest version of it this week.
- Keep what worked, and write down what surprised you.

**Where it usually goes wrong**: people compare options before they agree on what they are comparing them by. Settle the measure first; the choice is then often plain.

Tell me more about your situation, and I can make this concrete.`;
}

const KINDS: Array<[pattern: RegExp, answer: (prompt: string) => string]> = [
  [/^\s*(please\s+)?summari[sz]e\b|\btl;?dr\b/i, summary],
  [/\b(e-?mail|letter|message to|reply to)\b/i, email],
  [/\b(compare|versus|vs\.?|difference between|pros and cons)\b/i, comparison],
  [/\b(plan|roadmap|step by step|schedule|launch)\b/i, plan],
  [/\b(code|function|typescript|javascript|python|sql|regex|bug)\b/i, code],
];

/**
 * Writes an answer from patterns, offline; the same prompt always gets the same one.
 * @param prompt - what the person asked last
 * @returns Markdown
 */
export function builtInAnswer(prompt: string): string {
  const kind = KINDS.find(([pattern]) => pattern.test(prompt));
  return (kind?.[1] ?? explanation)(prompt);
}

/** What the built-in model "thinks" before it answers, for models that reason. */
export function builtInReasoning(prompt: string): string {
  const words = keyWordsOf(prompt, 4).join(", ");
  return `The question is about ${topicOf(prompt)}. The words that matter: ${words || "none"}. First find what is asked, then what would change the answer. A short structure serves better than a long text: the answer, the reasons, the next step. Check that nothing is claimed that the question does not support.`;
}
