// @ts-check
/*
 * Ops errors: what a failed run says to the owner, and whether metering still happens at all.
 */

/** The last words of a run whose own report is in Slack already (report.js): it is not told twice. */
const TOLD_ITSELF = /The report is in Slack\.$/;
/** How long metering may be silent: a day, and two hours for a run that starts late. */
const SILENCE_MS = 26 * 3_600_000;
const MOST_SAID = 300;
/** Begins an error of gateway-call that ends with a call to be sent to log-call: its long ids look like keys. */
const OWN_WORDS = /^log-call did not keep a call;/;
const MOST_HANDED_ON = 20000;
/** Keys by their shape, and what an address carries behind its question mark: none of it may reach a channel. */
const KEYS = [
  /\b(?:sk|rk|pk|ak)_(?:test|live)_\w+|\b(?:whsec|vck|gh[a-z]|github_pat)_\w+|\bxox[a-z]-[\w-]+|\bxapp-[\w-]+/gi,
  /\bsk-[\w-]{8,}|\bAIza[\w-]{20,}|\bAKIA[A-Z0-9]{12,}|\beyJ[\w-]{4,}(?:\.[\w-]+)*/g,
  /\b(?:bearer|basic)\s+[\w+/=.~-]+/gi, /(?<=:\/\/)[^\s/@"']+@/g, /(?<=:\/\/[^\s?#"']+)[?#][^\s"']+/g,
  /hooks\.slack\.com\/services\/\S+/gi, /\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{32,}/g,
];
const HAND_OVER = "Mend it, then press *Retry* on the run: an event that was answered is not sent again by Stripe.";
const UNANSWERED = "Mend it: whoever got no answer does meanwhile what it does without one.";
/** @type {Record<string, string>} What to do, by the workflow's name. */
const NEXT_STEP = {
  "meter-usage": "Nothing is lost: mend it and start a run by hand, or leave it to the next one, which catches up.",
  "meter-usage-shard": "Nothing is lost: mend it and call the shard again, or start meter-usage by hand; both catch up. What meter-usage did is among its own runs.",
  "meter-usage-native": "Mend it and start a run of meter-usage: it posts what is missing.",
  "stripe-events": HAND_OVER,
  "meter-errors": HAND_OVER,
  "usage-thresholds": "Nothing is lost: mend it; its next run tells what is due by then.",
  "usage-cap": UNANSWERED,
  "gateway-call": UNANSWERED,
  "log-call": "Mend it: whoever called has no answer, and sends the call again with the same `request_id`.",
};
const OTHER_STEP = "Open the run in n8n, mend what it names, and start it again.";
/** Called with a key, which would stand in a stored run. */
const NOT_KEPT = ["gateway-call", "log-call", "meter-usage-shard", "usage-cap"];
/** @type {Record<string, string>} */
const STARTED_BY = { trigger: "by its schedule", webhook: "by a request", retry: "as a retry", error: "by a failed run" };

/**
 * @param {unknown} text Words of an error. @param {boolean} whole A call to be handed on: its ids stay, however long.
 * @returns {string} Without keys, on one line, cut and escaped for Slack.
 */
function errorWords(text, whole) {
  const keys = whole ? KEYS.slice(0, -1) : KEYS;
  return shown(keys.reduce((words, key) => words.replace(key, "…"), String(text ?? "")), whole ? MOST_HANDED_ON : MOST_SAID);
}

/** @param {any} mapping @returns {string} How the names of one source's workflows end, where a mapping has several. */
function ofSource(mapping) {
  return mapping.source?.name ? `-${mapping.source.name}` : "";
}

/**
 * @param {any} failed What n8n's Error Trigger gives: `execution`, or `trigger` where a trigger could not be set up.
 * @param {any} mapping @returns {{ channel: string, text: string }[]} Nothing where somebody is told already.
 */
function tellFailure({ execution, trigger, workflow }, mapping) {
  const error = execution?.error ?? trigger?.error ?? {};
  // A child's failure is its parent's to tell.
  if (execution?.mode === "integrated" || TOLD_ITSELF.test(String(error.message))) return [];
  const [name, own] = [String(workflow?.name ?? ""), ofSource(mapping)];
  const stem = name.endsWith(own) ? name.slice(0, name.length - own.length) : name;
  const where = execution?.lastNodeExecuted ?? error.node?.name;
  const how = STARTED_BY[execution?.mode] ?? "";
  const whole = stem === "gateway-call" && OWN_WORDS.test(String(error.message));
  const said = [error.message, whole ? "" : error.description].filter(Boolean).map((text) => errorWords(text, whole));
  const address = NOT_KEPT.includes(stem) ? "not kept, since a caller's key would stand in it" : runAddress(execution ?? {}) || "see n8n";
  const run = execution ? [`The run${how && `, started ${how}`}: ${address}`] : [];
  const text = [
    `Failed: workflow ${shown(name)}${where ? ` at ${shown(where)}` : ""}${execution ? "" : ", which could not be set off"}.`,
    `It said: ${[...new Set(said)].join(" · ") || "nothing"}`,
    ...run,
    `What to do: ${Object.hasOwn(NEXT_STEP, stem) ? NEXT_STEP[stem] : OTHER_STEP}`,
  ].join("\n");
  return [{ channel: mapping.slack.ops, text }];
}

/** @param {{ id?: unknown, url?: unknown }} execution @returns {string} Where a person looks at it; n8n's own address. */
function runAddress({ id, url }) {
  return /^https?:\/\/[^\s<>|"]+$/.test(String(url ?? "")) ? shown(url, MOST_SAID) : shown(id);
}

/**
 * @param {{ what?: string, at?: string }[]} rows The table of marks: `meter-usage` when a run came to its end, `silence`
 * the mark of which the silence after it was told.
 * @param {string} now ISO. @param {any} mapping
 * @returns {{ since: string, messages: { channel: string, text: string }[] }}
 */
function tellSilence(rows, now, mapping) {
  const own = ofSource(mapping);
  const [last, told] = [`meter-usage${own}`, `silence${own}`].map((what) => newest(rows.filter((row) => row.what === what)));
  const since = last || "never";
  if (since === told || (last && Date.parse(now) - Date.parse(last) < SILENCE_MS)) return { since, messages: [] };
  const { zone } = mapping.window;
  const text = last
    ? [
      `Silent: no run of meter-usage${own} has come to its end since ${localTime(Date.parse(last) / 1000, zone)} (${zone}).`,
      `What to do: see whether meter-usage${own} is switched on and what its last run said, then start it by hand.`,
      "It catches up by itself with what is still in the lookback; older usage needs a backfill.",
    ]
    : [
      `Silent: no run of meter-usage${own} has ever come to its end.`,
      `What to do: switch meter-usage${own} on, and make what it notes its runs in (SETUP.md: When something fails).`,
    ];
  return { since, messages: [{ channel: mapping.slack.ops, text: text.join("\n") }] };
}

/** @param {{ at?: string }[]} rows */
function newest(rows) {
  return rows.map((row) => String(row.at ?? "")).sort().at(-1) ?? "";
}
