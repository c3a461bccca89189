type Values = Readonly<Record<string, string | undefined>>;

/** A value that cannot be right, by the name of its setting. The text never repeats a secret. */
export interface ValueProblem {
  readonly name: string;
  readonly text: string;
}

type Check = (value: string) => string | null;

const listed = (value: string) =>
  value
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);

function stripeKey(value: string): string | null {
  if (/^(sk|rk)_(test|live)_/.test(value)) return null;
  if (value.startsWith("pk_"))
    return "is a publishable key (pk_), made for browsers. Use the secret key (sk_), or a restricted one (rk_).";
  return "is no secret key of Stripe's: those begin with sk_test_, sk_live_, rk_test_ or rk_live_.";
}

const webhookSecret: Check = (value) =>
  listed(value).every((secret) => secret.startsWith("whsec_"))
    ? null
    : "is no webhook secret: those begin with whsec_. The id of an endpoint (we_) or a key is something else.";

/** What a key of Supabase's may do: new keys say it at their beginning, the older ones inside. */
function roleOf(key: string): "public" | "secret" | null {
  if (key.startsWith("sb_publishable_")) return "public";
  if (key.startsWith("sb_secret_")) return "secret";
  const [, claims = ""] = key.split(".");
  const text = Buffer.from(claims, "base64url").toString("utf8");
  if (/"role"\s*:\s*"anon"/.test(text)) return "public";
  return /"role"\s*:\s*"service_role"/.test(text) ? "secret" : null;
}

function databaseUrl(value: string): string | null {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (!url || !/^postgres(ql)?:$/.test(url.protocol))
    return (
      "is no address of a database: it reads postgresql://user:password@host:5432/postgres, with %23, %2F, %3F and " +
      "%40 for #, /, ? and @ in the password."
    );
  return url.port === "6543"
    ? "is the transaction pooler (port 6543), which forgets prepared statements. Use the session pooler (port 5432)."
    : null;
}

const origin: Check = (value) =>
  !URL.canParse(value) || new URL(value).pathname === "/"
    ? null
    : `is ${value}, with a path. Set it to the origin alone: ${new URL(value).origin}.`;

const addresses: Check = (value) => {
  const wrong = listed(value).find((address) => !/^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/.test(address));
  return wrong === undefined ? null : `names ${wrong}, which is no mail address. Separate several by commas.`;
};

const CHECKS: Readonly<Record<string, Check>> = {
  APP_URL: origin,
  STRIPE_SECRET_KEY: stripeKey,
  STRIPE_WEBHOOK_SECRET: webhookSecret,
  STRIPE_THIN_WEBHOOK_SECRET: webhookSecret,
  SUPABASE_PUBLISHABLE_KEY: (value) =>
    roleOf(value) === "secret" ? "is a secret key. Set it to the publishable one (sb_publishable_)." : null,
  SUPABASE_SECRET_KEY: (value) =>
    roleOf(value) === "public" ? "is a publishable key. Set it to the secret one (sb_secret_)." : null,
  DATABASE_URL: databaseUrl,
  ALERT_EMAIL: addresses,
  RESEND_WEBHOOK_SECRET: webhookSecret,
  RESEND_API_KEY: (value) => (value.startsWith("re_") ? null : "is no key of Resend's: those begin with re_."),
};

const isPlaceholder = (value: string) => /…|<[a-z-]+>\./.test(value);

/** Values of the wrong kind: a key where another belongs, a placeholder of .env.example, one secret for two addresses. */
export function findValueProblems(values: Values): ValueProblem[] {
  const found: ValueProblem[] = [];
  for (const [name, check] of Object.entries(CHECKS)) {
    const value = values[name]?.trim();
    if (!value) continue;
    const words = isPlaceholder(value) ? "still has the placeholder of .env.example." : check(value);
    if (words) found.push({ name, text: `${name} ${words}` });
  }
  const thin = listed(values.STRIPE_THIN_WEBHOOK_SECRET ?? "");
  if (listed(values.STRIPE_WEBHOOK_SECRET ?? "").some((secret) => thin.includes(secret)))
    found.push({
      name: "STRIPE_THIN_WEBHOOK_SECRET",
      text:
        "STRIPE_WEBHOOK_SECRET and STRIPE_THIN_WEBHOOK_SECRET are the same. Each of the two addresses has a secret of " +
        "its own, in Stripe, Developers → Webhooks.",
    });
  return found;
}
