// @ts-check
/*
 * Exact decimals: a whole number of 10^-places. No sum, difference or product is ever rounded; division says to how many places.
 */

/** @typedef {{ whole: bigint, places: number }} Decimal */

const ZERO = { whole: 0n, places: 0 };
const LONGEST = 40;

/** @param {string} text What a person types: `1,500.25`. @returns {Decimal | null} None where it is no plain decimal. */
function parseDecimal(text) {
  const plain = text.trim().replace(/[, _\u00a0]/g, "");
  const [, sign, whole, fraction = ""] = /^(-?)(\d*)(?:\.(\d*))?$/.exec(plain) ?? [];
  if (whole === undefined || whole + fraction === "" || plain.length > LONGEST) return null;
  const value = BigInt(whole + fraction);
  return { whole: sign ? -value : value, places: fraction.length };
}

/** @param {string} text Digits and at most one letter: `250000`, `1.5M`. @returns {bigint | null} A whole count. */
function parseCount(text) {
  const [, number, letter = ""] = /^(.*?)\s*([kKmMbB]?)$/.exec(text.trim()) ?? [];
  const value = parseDecimal(number ?? "");
  if (!value || value.whole < 0n) return null;
  const shifted = shift(value, { "": 0, k: 3, m: 6, b: 9 }[letter.toLowerCase()] ?? 0);
  const whole = roundTo(shifted, 0);
  return compare(whole, shifted) === 0 ? whole.whole : null;
}

/** @param {bigint | number} number @returns {Decimal} */
function wholeNumber(number) {
  return { whole: BigInt(number), places: 0 };
}

/** @param {Decimal} value @param {number} places @returns {bigint} The same value in 10^-places, which must be enough. */
function scaled(value, places) {
  return value.whole * 10n ** BigInt(places - value.places);
}

/** @param {Decimal} a @param {Decimal} b @returns {Decimal} */
function plus(a, b) {
  const places = Math.max(a.places, b.places);
  return { whole: scaled(a, places) + scaled(b, places), places };
}

/** @param {Decimal} a @param {Decimal} b @returns {Decimal} */
function minus(a, b) {
  return plus(a, { whole: -b.whole, places: b.places });
}

/** @param {Decimal} a @param {Decimal} b @returns {Decimal} */
function times(a, b) {
  return { whole: a.whole * b.whole, places: a.places + b.places };
}

/** @param {Decimal} value @param {number} power @returns {Decimal} value × 10^power */
function shift(value, power) {
  const places = value.places - power;
  return places < 0 ? { whole: value.whole * 10n ** BigInt(-places), places: 0 } : { whole: value.whole, places };
}

/** @param {Decimal} a @param {Decimal} b @returns {number} Negative, 0 or positive. */
function compare(a, b) {
  const rest = minus(a, b).whole;
  return rest < 0n ? -1 : rest > 0n ? 1 : 0;
}

/** @param {bigint} a @param {bigint} b Above 0. @returns {bigint} The nearest whole number; a half goes away from 0. */
function nearest(a, b) {
  const size = ((a < 0n ? -a : a) * 2n + b) / (2n * b);
  return a < 0n ? -size : size;
}

/** @param {Decimal} value @param {number} places @returns {Decimal} Rounded half up, once. */
function roundTo(value, places) {
  if (value.places <= places) return { whole: scaled(value, places), places };
  return { whole: nearest(value.whole, 10n ** BigInt(value.places - places)), places };
}

/** @param {Decimal} a @param {Decimal} b Not 0. @param {number} places @returns {Decimal} Rounded half up. */
function divide(a, b, places) {
  const top = a.whole * 10n ** BigInt(places + b.places);
  const bottom = b.whole * 10n ** BigInt(a.places);
  return { whole: bottom < 0n ? nearest(-top, -bottom) : nearest(top, bottom), places };
}

/** @param {Decimal} value @returns {string} Without exponent and trailing zeros, as Stripe takes it. */
function plain(value) {
  const text = fixed(value);
  return value.places ? text.replace(/\.?0+$/, "") : text;
}

/** @param {Decimal} value @returns {string} With all of its places. */
function fixed(value) {
  const digits = String(value.whole < 0n ? -value.whole : value.whole).padStart(value.places + 1, "0");
  const cut = digits.length - value.places;
  const sign = value.whole < 0n ? "-" : "";
  return sign + digits.slice(0, cut) + (value.places ? `.${digits.slice(cut)}` : "");
}

/** @param {string} text A plain decimal. @returns {string} With commas between thousands. */
function grouped(text) {
  const [whole, fraction] = text.split(".");
  const commas = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? commas : `${commas}.${fraction}`;
}
