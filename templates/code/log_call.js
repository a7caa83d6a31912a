// @ts-check
/*
 * Log call: what an app says about one answer of a model → rows of the table of calls, once per request.
 * Counts are read by the same rules as the usage log's (counts.js); they are stored as text, so that no digit is lost.
 */

/** The longest name and request id, in characters. */
const LONGEST_NAME = 200;
/** Stripe takes usage up to 35 days back; a clock may run ahead by one. */
const OLDEST_DAYS = 35;
const NEWEST_DAYS = 1;
/** A model's answer may count for a second model as well: that row's id is the request's with this behind it. */
const SECOND = " (2)";

/**
 * Read a call; it is refused with everything that is wrong with it.
 * @param {any} call @param {{ now: number, drawn: string }} clock Milliseconds, and an id for a call without one.
 * @param {Mapping} mapping @returns {CallRead}
 */
function readCall(call, clock, mapping) {
  const problems = callProblems(call, clock.now);
  if (problems.length) return { ok: false, status: 400, answer: { error: problems.join("; ") }, rows: [], notes: [] };
  const time = given(call.time) ? Number(rowTime(call.time)) : clock.now;
  const id = given(call.request_id) ? outsideName(call.request_id) : clock.drawn;
  const client = outsideName(call.client);
  const rows = (rowCounts(call) ?? []).map(([model, four], place) => ({
    request_id: place ? id + SECOND : id, at: Math.floor(time / 1000), time: isoInstant(time), client, model,
    .../** @type {Record<string, string>} */ (Object.fromEntries(TOKEN_TYPES.map((type) => [type, String(four[type])]))),
  }));
  return { ok: true, status: 200, answer: {}, rows, notes: callNotes(rows, clock.now, mapping) };
}

/** @param {any} call @param {number} now @returns {string[]} */
function callProblems(call, now) {
  if (call === null || typeof call !== "object" || Array.isArray(call)) return ["the body has to be one JSON object"];
  return [
    ...["client", "model"].filter((field) => !isShortName(call[field]))
      .map((field) => `${field} has to be text of 1 to ${LONGEST_NAME} characters`),
    ...given(call.request_id) && !(isShortName(call.request_id) && /^\S+$/.test(outsideName(call.request_id)))
      ? [`request_id has to be text of 1 to ${LONGEST_NAME} characters without spaces`] : [],
    ...timeProblems(call.time, now),
    ...countProblems(call),
  ];
}

/** @param {unknown} value */
function isShortName(value) {
  const name = outsideName(value);
  return name.trim() !== "" && name.length <= LONGEST_NAME;
}

/** @param {unknown} text @param {number} now @returns {string[]} */
function timeProblems(text, now) {
  if (!given(text)) return [];
  const time = rowTime(text);
  if (time === null) return ["time has to be written like 2026-11-30T14:05:00Z"];
  if (time < now - OLDEST_DAYS * DAY) return ["time lies more than 35 days back: Stripe takes no usage that old"];
  return time > now + NEWEST_DAYS * DAY ? ["time lies in the future"] : [];
}

/** @param {Record<string, any>} call @returns {string[]} */
function countProblems(call) {
  const own = TOKEN_TYPES.some((type) => given(call[type]));
  if (!own && !given(call.usage)) return [`usage is missing, and so are ${TOKEN_TYPES.join(", ")}`];
  if (!own) return rowCounts(call) ? [] : ["usage is no provider's usage object that can be counted"];
  return TOKEN_TYPES.filter((type) => call[type] !== undefined && !isCount(call[type]))
    .map((type) => `${type} has to be a whole number of at most 15 digits`);
}

/** @param {unknown} value */
function isCount(value) {
  return rowCounts({ input: value }) !== null;
}

/** What the caller should know although the call is stored. @param {CallRow[]} rows @param {number} now @param {Mapping} mapping */
function callNotes(rows, now, mapping) {
  const index = indexMapping(mapping);
  const { size, lookback } = mapping.window;
  const reach = lookback * (size === "hour" ? HOUR : DAY);
  return [
    ...findClient(index, rows[0].client) !== undefined ? [] : ["the mapping has no such client yet: its usage is parked until it does"],
    ...rows.every(({ model }) => index.names.has(model)) ? []
      : ["the mapping has no such model yet: its usage is parked until it does"],
    ...rows[0].at * 1000 < now - reach ? ["older than what a run looks at by itself: run a backfill for that day"] : [],
  ];
}

/** @param {CallRow[]} rows @param {{ request_id?: string }[]} known Rows of the table. @returns {CallRow[]} */
function freshRows(rows, known) {
  return rows.filter((row) => !known.some(({ request_id: id }) => id === row.request_id));
}

/**
 * Say what the table holds now. Where the same call was stored twice at the same moment the older row stays.
 * @param {CallRead} call @param {boolean} timed Whether the caller gave a time.
 * @param {StoredCall[]} found @param {number[]} inserted Ids of the rows that this run made.
 */
function settleCall(call, timed, found, inserted) {
  const held = call.rows.map(({ request_id: id }) => found.filter((row) => row.request_id === id).sort((a, b) => a.id - b.id));
  if (held.some((rows) => rows.length === 0)) throw new Error("the call is not in the table");
  const kept = held.map(([first]) => first);
  const extra = held.flatMap((rows) => rows.slice(1).map(({ id }) => id));
  const same = kept.every((row, place) => isSameCall(row, call.rows[place], timed));
  const stored = kept.map((row) => ({
    time: row.time, client: row.client, model: row.model,
    ...Object.fromEntries(TOKEN_TYPES.map((type) => [type, Number(row[type])])),
  }));
  const answer = {
    request_id: call.rows[0].request_id, repeated: !inserted.includes(kept[0].id), stored, notes: call.notes,
    ...same ? {} : { error: "this request_id is already stored with other values, which stay" },
  };
  return { status: same ? 200 : 409, answer, extra };
}

/** @param {StoredCall} stored @param {CallRow} sent @param {boolean} timed */
function isSameCall(stored, sent, timed) {
  const fields = ["client", "model", ...TOKEN_TYPES, ...timed ? ["time"] : []];
  return fields.every((field) => String(stored[field]) === String(sent[field]));
}
