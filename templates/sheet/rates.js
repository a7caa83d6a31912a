// @ts-check
/*
 * What tokens cost and charge, by the rules of generator/pricing: rates in minor units (cents) per token with at most
 * 12 places; one rounding per invoice line, half up.
 */

const TYPES = ["input", "cached_input", "cached_write", "output"];
const PLACES = 12;

/**
 * @typedef {{ cost: Decimal | null, markup: Decimal }} Terms
 * @typedef {{ model: string, type: string, cost: Decimal, rate: Decimal, exact: Decimal }} Rate
 * @typedef {{ rate: Rate, tokens: bigint, cost: Decimal, charge: Decimal }} Line Cost exact, charge in whole minor units.
 */

/** @param {string} model @param {string} type @param {Decimal} cost Per million, in currency. @param {Decimal} markup
 *  @param {number} minor Minor units of one unit of currency. @returns {Rate} */
function makeRate(model, type, cost, markup, minor) {
  const perToken = shift(times(cost, wholeNumber(minor)), -6);
  const exact = times(perToken, markup);
  return { model, type, cost: perToken, rate: roundTo(exact, PLACES), exact };
}

/** @param {Decimal} rate Minor units per token. @param {number} minor @returns {Decimal} Currency per million. */
function perMillion(rate, minor) {
  return divide(shift(rate, 6), wholeNumber(minor), PLACES + 6);
}

/** @param {bigint} total @param {bigint[]} parts @returns {bigint[]} Whole shares in proportion; the first takes the rest. */
function share(total, parts) {
  const sum = parts.reduce((a, b) => a + b, 0n);
  if (!sum) return parts.map(() => 0n);
  const shares = parts.map((part) => (total * part) / sum);
  shares[0] += total - shares.reduce((a, b) => a + b, 0n);
  return shares;
}

/**
 * Split one model's tokens by type. A provider without a price for cache reads or writes counts them as input; a model
 * without output takes everything as input.
 * @param {bigint} tokens @param {Record<string, bigint>} percent @param {string[]} priced @returns {Record<string, bigint>}
 */
function split(tokens, percent, priced) {
  const [output, cachedWrite, cachedInput, input] = share(tokens, [...TYPES].reverse().map((type) => percent[type] ?? 0n));
  const counts = { input, cached_input: cachedInput, cached_write: cachedWrite, output };
  for (const type of ["cached_input", "cached_write", "output"]) {
    if (priced.includes(type) || !priced.includes("input")) continue;
    counts.input += counts[type];
    counts[type] = 0n;
  }
  return counts;
}

/** @param {Rate} rate @param {bigint} tokens @param {bigint} free The first tokens of a month, at 0. @returns {Line} */
function makeLine(rate, tokens, free) {
  const charged = tokens > free ? tokens - free : 0n;
  return {
    rate,
    tokens,
    cost: times(rate.cost, wholeNumber(tokens)),
    charge: roundTo(times(rate.rate, wholeNumber(charged)), 0),
  };
}

/** @param {Rate[]} rates @param {bigint[]} tokens @returns {Decimal} The one line of `weighted`, in whole minor units. */
function weightedCharge(rates, tokens) {
  const sum = rates.reduce((all, rate, at) => plus(all, times(rate.rate, wholeNumber(tokens[at]))), ZERO);
  return roundTo(sum, 0);
}

/** @param {Rate[]} rates @returns {Decimal} The greatest amount of which every rate is a whole multiple. */
function commonCredit(rates) {
  return { whole: rates.reduce((all, { rate }) => gcd(all, scaled(rate, PLACES)), 0n), places: PLACES };
}

/** @param {bigint} a @param {bigint} b @returns {bigint} */
function gcd(a, b) {
  return b ? gcd(b, a % b) : a;
}

/** @param {Decimal} rate @param {Decimal} credit @returns {bigint | null} Credits per token; none where it is not whole. */
function weight(rate, credit) {
  const places = Math.max(rate.places, credit.places);
  const [top, bottom] = [scaled(rate, places), scaled(credit, places)];
  return bottom && top % bottom === 0n ? top / bottom : null;
}

/** @param {string} mode @param {string} meter @param {string} model @param {string} type @returns {string} */
function eventName(mode, meter, model, type) {
  if (mode === "weighted") return `${meter}_weighted`;
  return mode === "meter_per_rate" ? `${meter}_${slug(model)}_${type}` : meter;
}

/** @param {string} model @returns {string} With small letters, digits and underscores alone. */
function slug(model) {
  return model.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "");
}

/** @param {Decimal} amount @param {bigint} free @param {string} currency @returns {Record<string, unknown>} As Stripe's API takes a price. */
function stripePrice(amount, free, currency) {
  const text = plain(amount);
  const recurring = { interval: "month", usage_type: "metered" };
  if (!free) return { currency, recurring, billing_scheme: "per_unit", unit_amount_decimal: text };
  const tiers = [
    { up_to: Number(free), unit_amount_decimal: "0" },
    { up_to: "inf", unit_amount_decimal: text },
  ];
  return { currency, recurring, billing_scheme: "tiered", tiers_mode: "graduated", tiers };
}
