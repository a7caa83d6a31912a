// @ts-check
/*
 * Money: exact decimals as whole numbers of 10^-24, so that no sum and no product is ever rounded on its way.
 */

const PLACES = 24;

/** @param {string} text A decimal without exponent, at most 24 places. @returns {bigint} */
function decimal(text) {
  const [, sign, whole, fraction = ""] = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text) ?? [];
  if (whole === undefined || fraction.length > PLACES) throw new RangeError(`${text} is no decimal`);
  const value = BigInt(whole + fraction.padEnd(PLACES, "0"));
  return sign ? -value : value;
}

/** @param {bigint} value @returns {string} With two places, rounded half up, commas between thousands. */
function money(value) {
  const cent = 10n ** BigInt(PLACES - 2);
  const cents = (value + cent / 2n) / cent;
  return `${thousands(cents / 100n)}.${String(cents % 100n).padStart(2, "0")}`;
}

/** @param {bigint | number | string} value A whole number. @returns {string} With commas between thousands. */
function thousands(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
