// @ts-check
/*
 * Report: one Slack message that says what was posted, and everything that a person should look at.
 */

const MOST_DETAILS = 20;
/** Reasons of parking that are as they should be: nobody has to mend anything. */
const QUIET = ["before_since", "after_until", "other_source"];
const STUCK_ADVICE = "Stripe knows the event but shows less. Look again after the next run; "
  + "if it stays, run a backfill with again.";

/** @param {unknown} text @returns {string} Text from outside, as Slack shows it literally. */
function escapeSlack(text) {
  return String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/[\r\n]+/g, " ");
}

/** @param {string[]} details @param {string} glue */
function listDetails(details, glue) {
  const shown = details.slice(0, MOST_DETAILS).map(escapeSlack);
  const more = details.length - shown.length;
  return shown.join(glue) + (more > 0 ? `; and ${thousands(more)} more` : "");
}

/** @param {{ n: string }[]} notes */
function sumNotes(notes) {
  return notes.reduce((sum, { n }) => sum + BigInt(n), 0n);
}

/** @param {Note} note */
function sayNote({ client, event_name, model, token_type, label, n, status, words }) {
  const about = label ? [client, model, token_type, label] : [client, event_name];
  const answer = words === undefined ? "" : ` [${[status, words].filter(Boolean).join(" ")}]`;
  return `${about.filter(Boolean).join(" ")}: ${thousands(n)}${answer}`;
}

/** @param {ParkedRows} parked */
function sayParkedRows({ reason, tokens, rows, details }) {
  const bad = reason === "bad_time" || reason === "bad_count";
  const said = bad
    ? `rows ${listDetails(details, ", ")}`
    : `in ${thousands(rows)} rows: ${listDetails(details.map((name) => name || "(none)"), ", ")}`;
  return `• ${reason}: ${thousands(tokens)} tokens (${said})`;
}

/** What a note's units cost the client, in currency units. @param {Mapping} mapping @param {Note} note */
function worth(mapping, { model, token_type, n }) {
  const weighted = mapping.billing === "weighted";
  const pair = mapping.pairs.find((one) => (
    weighted ? one.weight : one.model === model && one.token_type === token_type
  ));
  if (!pair) return 0n;
  return decimal(pair.rate) * BigInt(n) / BigInt((weighted ? pair.weight ?? 1 : 1) * mapping.minor);
}

/** @param {Mapping} mapping @param {string} reason @param {Note[]} notes @param {string} unit */
function sayParkedFacts(mapping, reason, notes, unit) {
  const total = notes.reduce((sum, note) => sum + worth(mapping, note), 0n);
  const price = reason === "period_closed" ? `worth ${money(total, mapping.minor)} ${mapping.currency}; ` : "";
  return `• ${reason}: ${thousands(sumNotes(notes))} ${unit} (${price}${listDetails(notes.map(sayNote), "; ")})`;
}

/** @param {{ tokens: bigint, credits: bigint }} sums In `weighted` rows are counted in tokens, facts in credits. */
function sayParkedSum({ tokens, credits }) {
  const some = credits ? [`${thousands(credits)} credits`] : [];
  return `Parked: ${[...(tokens || !credits ? [`${thousands(tokens)} tokens`] : []), ...some].join(" and ")}`;
}

/**
 * @param {Mapping} mapping @param {Run} run @param {ParkedRows[]} rows @param {Note[]} parked
 * @param {ChunkResult[]} results @param {string} stopped @param {string[]} watched
 * @returns {{ text: string, channel: string, failed: boolean, why: string }}
 */
function report(mapping, run, rows, parked, results, stopped, watched) {
  const unit = mapping.billing === "weighted" ? "credits" : "tokens";
  const places = new Map(run.windows.map(({ label }, place) => [label, place]));
  const inOrder = (/** @type {Note[]} */ notes) => (
    [...notes].sort((a, b) => (places.get(a.label) ?? -1) - (places.get(b.label) ?? -1))
  );
  const facts = inOrder([...parked, ...results.flatMap((result) => result.parked)]);
  const [stuck, ahead, left] = /** @type {const} */ (["stuck", "ahead", "left"])
    .map((line) => inOrder(results.flatMap((result) => result[line])));
  const details = (/** @type {Note[]} */ notes) => (
    `${thousands(sumNotes(notes))} ${unit} (${listDetails(notes.map(sayNote), "; ")})`
  );
  const reasons = [...new Set(facts.map(({ reason }) => reason ?? ""))];
  const loud = rows.filter(({ reason }) => !QUIET.includes(reason));
  const missing = run.missing ?? [];
  const first = [...missing, ...run.windows].sort((one, other) => one.start - other.start)[0];
  const oldest = first?.label;
  const lastCall = !run.backfill && (loud.some((row) => row.oldest)
    || [...missing, ...facts, ...stuck, ...left].some(({ label }) => label === oldest));
  const factTokens = sumNotes(facts);
  const rowTokens = rows.reduce((sum, { tokens }) => sum + BigInt(tokens), 0n);
  const sums = unit === "credits"
    ? { tokens: rowTokens, credits: factTokens } : { tokens: rowTokens + factTokens, credits: 0n };
  const lines = [
    sayHeader(mapping, run),
    ...(mapping.billing === "watch" ? watched : [sayPosted(results, unit)]),
    ...(rows.length || facts.length ? [sayParkedSum(sums)] : []),
    ...rows.map(sayParkedRows),
    ...reasons.map((reason) => sayParkedFacts(mapping, reason, facts.filter((note) => note.reason === reason), unit)),
    ...(stuck.length ? [`Stuck: ${details(stuck)}. ${STUCK_ADVICE}`] : []),
    ...(ahead.length ? [`Ahead: ${details(ahead)}`] : []),
    ...(left.length ? [`Left: ${details(left)}`] : []),
    ...(missing.length ? [sayMissing(missing, run.missing_why ?? "")] : []),
    ...(lastCall ? [sayLastCall(mapping, first)] : []),
    ...(stopped ? [`Stopped: ${escapeSlack(stopped)}`] : []),
  ];
  const news = [
    stopped && `stopped: ${stopped}`, (loud.length || facts.length) && "usage is parked",
    stuck.length && "usage is stuck", left.length && "usage is left to the next run",
    missing.length && "the source did not tell of every window",
  ].filter(Boolean);
  const why = `${mapping.name}: ${news.join("; ")}. The report is in Slack.`;
  return { text: lines.join("\n"), channel: mapping.slack.ops, failed: news.length > 0, why };
}

/** @param {Mapping} mapping @param {Run} run */
function sayHeader(mapping, run) {
  const labels = [...new Set([run.windows[0]?.label, run.windows.at(-1)?.label])].filter(Boolean).join(" … ");
  const shard = run.shard ? ` · shard ${run.shard.number} of ${run.shard.of}` : "";
  const which = `${run.backfill ? "backfill " : ""}${labels} (${mapping.window.zone})${shard}`;
  return `Tokentill · ${escapeSlack(mapping.name)} · ${which} · ${mapping.billing}`;
}

/** @param {ChunkResult[]} results @param {string} unit */
function sayPosted(results, unit) {
  const posted = results.reduce((sum, result) => sum + BigInt(result.posted), 0n);
  const events = results.reduce((sum, result) => sum + result.events, 0);
  return `Posted: ${thousands(posted)} ${unit} in ${thousands(events)} events`;
}

/** @param {TimeWindow[]} missing @param {string} why */
function sayMissing(missing, why) {
  return `Missing: ${listDetails(missing.map(({ label }) => label), ", ")}: ${escapeSlack(why)}. The next run asks again.`;
}

/** A backfill takes local days. @param {Mapping} mapping @param {TimeWindow} window */
function sayLastCall(mapping, { label, start }) {
  const day = new Date(wallClock(start, mapping.window.zone)).toISOString().slice(0, 10);
  return `Last call: ${label} leaves the lookback with this run. After mending: backfill from ${day} to ${day}.`;
}

/**
 * What a watched run says instead of posting: cost, and what metering would have charged.
 * @param {Mapping} mapping @param {ReturnType<typeof orderFacts>} facts @returns {string[]}
 */
function sayWatched(mapping, facts) {
  const minor = BigInt(mapping.minor);
  const written = (/** @type {bigint} */ value) => money(value, mapping.minor);
  const sum = (/** @type {typeof facts} */ some, /** @type {"cost" | "rate"} */ price) => (
    written(some.reduce((all, { pair, total }) => all + (pair ? decimal(pair[price]) * total : 0n), 0n) / minor)
  );
  const tokens = (/** @type {typeof facts} */ some) => thousands(some.reduce((all, { total }) => all + total, 0n));
  const clients = mapping.clients.map((client, place) => (
    { client, own: facts.filter((fact) => fact.client === place) }
  ));
  return [
    `Watched: ${tokens(facts)} tokens, cost ${sum(facts, "cost")}, at metered rates ${sum(facts, "rate")}`,
    ...clients.filter(({ own }) => own.length).map(({ client, own }) => (
      `• ${escapeSlack(client.key)}: ${tokens(own)} tokens, cost ${sum(own, "cost")}, would charge ${sum(own, "rate")}`
        + (client.retainer === null ? "" : `, retainer ${written(decimal(client.retainer))}`)
    )),
  ];
}
