// @ts-check
/*
 * Signature: what Stripe signed, and whether an expected signature is among those that came (Stripe SDK, webhooks).
 * The HMAC itself is n8n's Crypto node's: a Code node has no crypto, and no key may pass through it.
 */

/** How old a signed request may be, in seconds: Stripe's own SDKs have the same. */
const TOLERANCE_S = 300;

/**
 * @param {unknown} header `t=1793700000,v1=5257…,v1=…` @param {string} raw The body as it came.
 * @returns {{ t: string, signatures: string[], signed: string, raw: string }}
 */
function readSignature(header, raw) {
  const parts = String(header ?? "").split(",").map((part) => part.split("="));
  const t = parts.find(([name]) => name === "t")?.[1] ?? "";
  const signatures = parts.filter(([name]) => name === "v1").map(([, value]) => value ?? "");
  return { t, signatures, signed: `${t}.${raw}`, raw };
}

/**
 * @param {{ t: string, signatures: string[] }} read @param {unknown[]} expected One per secret: two while one is rolled.
 * @param {number} now Milliseconds.
 */
function isSigned({ t, signatures }, expected, now) {
  if (!/^[0-9]{1,12}$/.test(t) || Number(t) < Math.floor(now / 1000) - TOLERANCE_S) return false;
  // All comparisons are made, whatever the first ones say.
  return expected.filter(Boolean).flatMap((mine) => signatures.map((theirs) => isSame(String(mine), theirs)))
    .reduce((any, same) => any || same, false);
}

/** Compare in a time that depends on the length alone. @param {string} a @param {string} b */
function isSame(a, b) {
  let differ = a.length ^ b.length;
  for (let at = 0; at < a.length; at += 1) differ |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return differ === 0;
}

/** @param {string} raw @returns {any} The event, or null where the body is none. */
function parseEvent(raw) {
  try {
    const event = JSON.parse(raw);
    return typeof event?.id === "string" && typeof event?.type === "string" ? event : null;
  } catch {
    return null;
  }
}
