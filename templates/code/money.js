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

/**
 * @param {bigint} value In units of a currency. @param {number} minor How many minor units one unit has: 1, 100 or 1000.
 * @returns {string} With the currency's own places, rounded half up, commas between thousands.
 */
function money(value, minor) {
  const places = String(minor).length - 1;
  const one = 10n ** BigInt(PLACES - places);
  const whole = (value + one / 2n) / one;
  const fraction = places ? `.${String(whole % BigInt(minor)).padStart(places, "0")}` : "";
  return `${thousands(whole / BigInt(minor))}${fraction}`;
}

/** @param {bigint | number | string} value A whole number. @returns {string} With commas between thousands. */
function thousands(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
