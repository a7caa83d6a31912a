// @ts-check
/*
 * Totals: usage rows → facts (client × model × token type × window), and the rows that are parked with a reason.
 * A row is judged in a fixed order; the first reason that fits parks it.
 */

/** Why a row is not billed here: another source of the mapping bills this client, or this model for it. */
const OTHER_SOURCE = "other_source";
const ROW_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(Z|([+-])(\d\d):?(\d\d)?)?$/;

/** @param {unknown} text @returns {number | null} The instant of a row's time, to the second; null where it is none. */
function rowTime(text) {
  const part = typeof text === "string" ? ROW_TIME.exec(text) : null;
  if (!part) return null;
  const [year, month, day, hour, minute, second] = part.slice(1, 7).map((digits) => Number(digits ?? 0));
  const [offsetHour, offsetMinute] = [Number(part[9] ?? 0), Number(part[10] ?? 0)];
  const valid = month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60 && second < 60
    && offsetHour < 24 && offsetMinute < 60 && year > 0;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  if (!valid || new Date(wall).getUTCDate() !== day) return null;
  return wall - (part[8] === "-" ? -1 : 1) * (offsetHour * 60 + offsetMinute) * 60000;
}

/**
 * Look-ups of a mapping by outside names. A model's name may mean another model from a later instant on.
 * @param {Mapping} mapping
 */
function indexMapping(mapping) {
  /** @type {Map<string, number | string | undefined>} Its place, or that another source bills it. */
  const clients = new Map();
  mapping.clients.forEach((client, place) => client.names.forEach((name) => clients.set(name, place)));
  mapping.elsewhere?.forEach((name) => clients.set(name, OTHER_SOURCE));
  const patterns = rankPatterns([
    ...mapping.clients.flatMap((client, place) => (client.patterns ?? []).map((text) => ({ text, owner: place }))),
    ...(mapping.elsewhere_patterns ?? []).map((text) => ({ text, owner: OTHER_SOURCE })),
  ]);
  /** @type {Map<string, { model: string, since: number }[]>} Latest meaning first. */
  const names = new Map();
  for (const { name, model, since } of mapping.models) {
    const meanings = [...(names.get(name) ?? []), { model, since: Date.parse(since) }];
    names.set(name, meanings.sort((a, b) => b.since - a.since));
  }
  /** @type {Map<string, { place: number, since: number }>} Model and token type, one newline between. */
  const pairs = new Map();
  /** @type {Map<string, number>} Model → the instant from which on it is metered. */
  const models = new Map();
  mapping.pairs.forEach(({ model, token_type, since }, place) => {
    const from = Date.parse(since);
    pairs.set(`${model}\n${token_type}`, { place, since: from });
    models.set(model, Math.max(from, models.get(model) ?? from));
  });
  const since = mapping.clients.map((client) => Math.max(Date.parse(mapping.since), Date.parse(client.since)));
  const until = mapping.clients.map(({ until: end }) => end === null ? Infinity : Date.parse(end));
  const billed = mapping.clients.map((client) => client.models && new Set(client.models));
  return { clients, names, pairs, models, since, until, patterns, billed };
}

/**
 * Patterns by who wins: beginnings (one `*`, at the end) first, then by literal signs, the most first.
 * @param {{ text: string, owner: number | string }[]} patterns
 */
function rankPatterns(patterns) {
  const ranked = patterns.map(({ text, owner }) => {
    const parts = text.split("*");
    const begins = Number(text.indexOf("*") === text.length - 1);
    const [first, last, middle] = [parts[0], parts[parts.length - 1], parts.slice(1, -1)];
    return { first, middle, last, owner, begins, signs: [...parts.join("")].length };
  });
  return ranked.sort((a, b) => b.begins - a.begins || b.signs - a.signs);
}

/**
 * Whether the parts between a pattern's `*` make up the whole of a name. Every part is taken as early as it goes.
 * @param {{ first: string, middle: string[], last: string }} pattern @param {string} name
 */
function fitsPattern({ first, middle, last }, name) {
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  const end = name.length - last.length;
  let place = first.length;
  for (const part of middle) {
    const found = name.indexOf(part, place);
    if (found < 0) return false;
    place = found + part.length;
  }
  return place <= end;
}

/**
 * A client by a whole spelling, else by the first pattern that fits; each name is looked up once.
 * @param {Pick<ReturnType<typeof indexMapping>, "clients" | "patterns">} index @param {string} name
 * @returns {number | string | undefined}
 */
function findClient({ clients, patterns }, name) {
  if (!clients.has(name) && patterns.length) {
    clients.set(name, patterns.find((pattern) => fitsPattern(pattern, name))?.owner);
  }
  return clients.get(name);
}

/** @param {TimeWindow[]} windows Oldest first. @param {number} instant @returns {number} Its window's place, or -1. */
function windowAt(windows, instant) {
  let [low, high] = [0, windows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (windows[middle].end <= instant) low = middle + 1;
    else high = middle;
  }
  return low < windows.length && windows[low].start <= instant ? low : -1;
}

/** Parked rows, gathered by reason. */
class Parking {
  constructor() {
    /** @typedef {{ tokens: bigint, rows: Set<number>, details: Set<string>, oldest: boolean }} Entry */
    /** @type {Map<string, Entry & { reason: string }>} */
    this.byReason = new Map();
  }

  /**
   * @param {string} reason @param {bigint} tokens @param {number} position 1-based, over all pages
   * @param {string} detail @param {boolean} oldest
   */
  add(reason, tokens, position, detail, oldest) {
    const entry = this.byReason.get(reason)
      ?? { reason, tokens: 0n, rows: new Set(), details: new Set(), oldest: false };
    this.byReason.set(reason, entry);
    entry.tokens += tokens;
    entry.rows.add(position);
    entry.details.add(detail);
    entry.oldest ||= oldest;
  }

  /** @returns {ParkedRows[]} */
  list() {
    return [...this.byReason.values()].map((entry) => (
      { ...entry, tokens: String(entry.tokens), rows: entry.rows.size, details: [...entry.details] }
    ));
  }
}

/**
 * Total rows per client, pair and window. In `weighted` the caller weighs the tokens.
 * @param {Iterable<Record<string, any>>} rows @param {Mapping} mapping @param {TimeWindow[]} windows
 * @param {Run["shard"]} shard Of several only its clients; rows that belong to no client are the first one's.
 * @returns {{ totals: Map<number, bigint>, parked: ParkedRows[] }} Keyed by (window × clients + client) × pairs + pair.
 */
function totalRows(rows, mapping, windows, shard) {
  const index = indexMapping(mapping);
  const parking = new Parking();
  /** @type {Map<number, bigint>} */
  const totals = new Map();
  const seen = new Set();
  let position = 0;
  for (const row of rows) {
    position += 1;
    const time = rowTime(row?.time);
    const window = time === null ? -1 : windowAt(windows, time);
    if (time !== null && window < 0) continue;
    const request = time === null ? "" : outsideName(row?.request_id);
    if (request && seen.has(request)) continue;
    if (request) seen.add(request);
    const counts = time === null ? null : rowCounts(row);
    const name = counts === null ? "" : outsideName(row.client);
    const client = findClient(index, name);
    if (shard && (typeof client === "number" ? client : 0) % shard.of !== shard.number - 1) continue;
    if (counts === null) {
      parking.add(time === null ? "bad_time" : "bad_count", 0n, position, String(position), window === 0);
      continue;
    }
    for (const [model, four] of counts) {
      for (const type of TOKEN_TYPES) {
        if (!four[type]) continue;
        const found = judgeCount(index, client, model, type, windows[window]);
        if (typeof found === "number") {
          const key = (window * mapping.clients.length + /** @type {number} */ (client)) * mapping.pairs.length + found;
          totals.set(key, (totals.get(key) ?? 0n) + four[type]);
        } else {
          const detail = { unknown_model: model, unpriced: `${model} ${type}` }[found] ?? name;
          parking.add(found, four[type], position, detail, window === 0);
        }
      }
    }
  }
  return { totals, parked: parking.list() };
}

/**
 * The place of the pair under which a count is billed, or the reason why it is not.
 * @param {ReturnType<typeof indexMapping>} index @param {number | string | undefined} client
 * @param {string} name @param {string} type @param {TimeWindow} window
 * @returns {number | string}
 */
function judgeCount(index, client, name, type, window) {
  if (typeof client !== "number") return client ?? "unknown_client";
  const meanings = index.names.get(name);
  if (!meanings) return "unknown_model";
  const meaning = meanings.find(({ since }) => since <= window.start);
  if (!meaning || window.start < index.since[client]) return "before_since";
  if (window.start < (index.models.get(meaning.model) ?? -Infinity)) return "before_since";
  if (window.end > index.until[client]) return "after_until";
  if (index.billed[client]?.has(meaning.model) === false) return OTHER_SOURCE;
  return index.pairs.get(`${meaning.model}\n${type}`)?.place ?? "unpriced";
}
