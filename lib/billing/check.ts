import type { Catalogue, Plan, Price } from "./catalogue";
import { allOffers, lookupKeyOf } from "./offers";
import { catalogue as ours } from "./plans";
import { creditsFor } from "./rating";

/** What is wrong with a catalogue, a sentence each. Errors must be mended before anything can be sold. */
export interface CatalogueReport {
  readonly errors: string[];
  readonly warnings: string[];
}

const MOST_CENTS = 99_999_999;
const MOST_TRIAL_DAYS = 730;

const isWhole = (value: number, least = 0) => Number.isSafeInteger(value) && value >= least;
const keys = <K extends string>(record: Readonly<Record<K, unknown>>) => Object.keys(record) as K[];

function priceErrors(price: Price, what: string): string[] {
  return keys(price)
    .filter((currency) => !isWhole(price[currency]))
    .map(
      (currency) => `${what} costs ${price[currency]} ${currency}; a price is a whole number of cents, not negative.`,
    );
}

function planErrors(plan: Plan, { policy }: Catalogue): string[] {
  const { name, base, overage } = plan;
  const errors = [
    ...(isWhole(plan.version, 1) ? [] : [`${name} has version ${plan.version}; versions count 1, 2, 3.`]),
    ...(isWhole(plan.monthlyAllowance)
      ? []
      : [`${name} includes ${plan.monthlyAllowance} credits; an allowance is a whole number, not negative.`]),
    ...(base?.monthly ? priceErrors(base.monthly, `${name}, monthly,`) : []),
    ...(base?.yearly ? priceErrors(base.yearly, `${name}, yearly,`) : []),
    ...(overage ? priceErrors(overage.per1000, `${name}, overage,`) : []),
  ];
  if (base?.yearly && !base.monthly) errors.push(`${name} has a yearly price and no monthly one; it needs both.`);
  if (plan.availability === "on_sale" && !base) errors.push(`${name} is on sale and has no price; give it a base.`);
  if (overage && keys(overage.per1000).some((currency) => overage.per1000[currency] === 0))
    errors.push(`${name} sells overage for nothing; give it a rate, or leave the overage out.`);
  if (overage && !isWhole(overage.mostCreditsPerPeriod, 1))
    errors.push(
      `${name} allows ${overage.mostCreditsPerPeriod} credits of overage; the most is a whole number above 0.`,
    );
  if (plan.key === "payg" && !overage) errors.push(`${name} lives from overage and has no rate for it.`);
  if (plan.key === "payg" && plan.availability === "on_sale" && policy.overage === "off")
    errors.push(`${name} is on sale while policy.overage is "off": its use would never be billed.`);
  if (plan.key === "payg" && plan.monthlyAllowance > 0)
    errors.push(`${name} includes ${plan.monthlyAllowance} credits; it bills every credit, so it includes none.`);
  if (plan.key === "payg" && base?.yearly)
    errors.push(`${name} has a yearly price; what is billed afterwards is sold monthly.`);
  return [...errors, ...mostErrors(plan), ...trialErrors(plan)];
}

/** Stripe refuses an amount of more than eight digits, so a period's overage must stay below. */
function mostErrors({ name, overage }: Plan): string[] {
  if (!overage) return [];
  return keys(overage.per1000)
    .filter((currency) => (overage.mostCreditsPerPeriod * overage.per1000[currency]) / 1000 > MOST_CENTS)
    .map(
      (currency) => `${name} allows more overage in ${currency} than one invoice can hold; lower the most a period.`,
    );
}

function trialErrors({ name, trial, base, availability, monthlyAllowance }: Plan): string[] {
  if (!trial) return [];
  const errors: string[] = [];
  if (!isWhole(trial.days, 1) || trial.days > MOST_TRIAL_DAYS)
    errors.push(`${name} can be tried for ${trial.days} days; a trial lasts 1 to ${MOST_TRIAL_DAYS} days.`);
  if (!isWhole(trial.allowance, 1))
    errors.push(`A trial of ${name} brings ${trial.allowance} credits; it needs a whole number, at least 1.`);
  if (availability !== "on_sale" && availability !== "coming")
    errors.push(`${name} has a trial and cannot be bought after it.`);
  if (!base || monthlyAllowance === 0) errors.push(`${name} has a trial and no allowance that one could try.`);
  if (monthlyAllowance > 0 && trial.allowance > monthlyAllowance)
    errors.push(`A trial of ${name} brings more credits than a month that is paid for.`);
  return errors;
}

function rateErrors({ rateCard, policy }: Catalogue): CatalogueReport {
  const errors: string[] = [];
  const warnings: string[] = [];
  for (const model of keys(rateCard)) {
    const { input, cachedInput, output, reasoning } = rateCard[model];
    const rates = { input, cachedInput, output, reasoning };
    const wrong = keys(rates).filter((pool) => !isWhole(rates[pool]));
    errors.push(
      ...wrong.map((pool) => `${model} rates ${pool} at ${rates[pool]}; a rate is a whole number, not negative.`),
    );
    if (wrong.length > 0) continue;
    if (input === 0 && output === 0) errors.push(`${model} is free of charge: both input and output are rated at 0.`);
    if (cachedInput > input) warnings.push(`${model} rates cached input above fresh input.`);
    const call = { inputTokens: policy.typicalCall.input, outputTokens: policy.typicalCall.output };
    const worth = creditsFor(model, { ...call, cachedInputTokens: 0, reasoningTokens: 0 }, rateCard);
    if (worth < policy.typicalCall.leastCredits)
      warnings.push(
        `A typical call of ${model} is worth ${worth} credits; below ${policy.typicalCall.leastCredits}, rounding up costs customers dearly.`,
      );
  }
  return { errors, warnings };
}

function policyErrors({ policy, fixedPrices, plans }: Catalogue): string[] {
  const { dunning } = policy;
  const errors: string[] = [];
  for (const feature of keys(fixedPrices))
    if (!isWhole(fixedPrices[feature] ?? 0, 1))
      errors.push(`A use of "${feature}" costs ${fixedPrices[feature]} credits; a price is a whole number above 0.`);
  for (const [name, percent] of [
    ["bridgePercent", policy.bridgePercent],
    ["lowCreditPercent", policy.lowCreditPercent],
  ] as const)
    if (!isWhole(percent) || percent > 100)
      errors.push(`policy.${name} is ${percent}; it is a whole number from 0 to 100.`);
  if (!(dunning.warnAfterDays <= dunning.downgradeAfterDays && dunning.downgradeAfterDays <= dunning.suspendAfterDays))
    errors.push("The dunning policy goes backwards: warn, then downgrade, then suspend.");
  if (policy.packsExpireAfterDays !== null && !isWhole(policy.packsExpireAfterDays, 1))
    errors.push(
      `policy.packsExpireAfterDays is ${policy.packsExpireAfterDays}; it is a number of days, or null for never.`,
    );
  if (policy.overage === "metered" && !plans.some((plan) => plan.overage))
    errors.push('policy.overage is "metered" and no plan has a rate for it.');
  if (!isWhole(policy.trustCapCredits)) errors.push("policy.trustCapCredits is a whole number of credits.");
  return errors;
}

/** Reads a catalogue for nonsense: negative prices, overlapping lookup keys, overage without a rate, and so on. */
export function checkCatalogue(catalogue: Catalogue = ours): CatalogueReport {
  const lookupKeys = allOffers(catalogue).map(lookupKeyOf);
  const twice = [...new Set(lookupKeys.filter((key, index) => lookupKeys.indexOf(key) !== index))];
  const soldPlans = catalogue.plans.map((plan) => plan.key);
  const soldPacks = catalogue.packs.map((pack) => pack.key);
  const rates = rateErrors(catalogue);
  return {
    errors: [
      ...twice.map((key) => `Two prices share the lookup key "${key}"; raise the version of the newer one.`),
      ...soldPlans
        .filter((key, index) => soldPlans.indexOf(key) !== index)
        .map((key) => `Two plans on sale are called "${key}".`),
      ...soldPacks
        .filter((key, index) => soldPacks.indexOf(key) !== index)
        .map((key) => `Two packs on sale are called "${key}".`),
      ...(soldPlans.includes("free") ? [] : ["There is no Free plan; accounts without a subscription need one."]),
      ...[...catalogue.plans, ...catalogue.formerPlans].flatMap((plan) => planErrors(plan, catalogue)),
      ...[...catalogue.packs, ...catalogue.formerPacks].flatMap((pack) => [
        ...priceErrors(pack.price, `The pack "${pack.name}"`),
        ...(isWhole(pack.credits, 1)
          ? []
          : [`The pack "${pack.name}" holds ${pack.credits} credits; it needs at least 1.`]),
      ]),
      ...rates.errors,
      ...policyErrors(catalogue),
    ],
    warnings: rates.warnings,
  };
}

/** Refuses to go on with a catalogue that makes no sense. @throws Error with every sentence, one a line */
export function assertCatalogue(catalogue: Catalogue = ours): void {
  const { errors } = checkCatalogue(catalogue);
  if (errors.length > 0) throw new Error(`lib/billing/plans.ts cannot be sold as it is:\n- ${errors.join("\n- ")}`);
}
