// @ts-check
/*
 * Identifier: the name of a difference. It is a function of the fact and the base alone, so a second run that has not
 * seen the first one's event repeats the name, and Stripe refuses it.
 */

/**
 * @param {string} size `d` for days, `h` for hours. @param {number} start Of the window. @param {string} customer
 * @param {string} digest Of event name, model and token type. @param {string} base What Stripe had counted.
 * @param {string} again What a person set to post a stuck difference once more; empty otherwise.
 */
function identifier(size, start, customer, digest, base, again) {
  const name = [`${size}${isoInstant(start).slice(0, 16)}Z`, customer, digest, base];
  return (again ? [...name, again] : name).join(":");
}
