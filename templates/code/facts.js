// @ts-check
/*
 * Facts: totals in the order of the mapping, grouped by client and meter, and dealt out in chunks.
 * The groups are whole: what a client is missing on a meter is capped over all its older windows together.
 */

const OLDEST_EVENT = 35 * 24 * 3600000;
const CHUNK_FACTS = 500;

/** @param {TimeWindow} window @returns {number} The time of its event: its last second. */
function eventTime(window) {
  return window.end - 1000;
}

/**
 * Facts per client and window, in order; in `weighted` one per client and window, its total in credits.
 * @param {Map<number, bigint>} totals @param {Mapping} mapping
 * @returns {{ client: number, pair: Pair | null, window: number, total: bigint }[]}
 */
function orderFacts(totals, mapping) {
  const [clients, pairs] = [mapping.clients.length, mapping.pairs.length];
  /** @type {{ client: number, pair: Pair | null, window: number, total: bigint }[]} */
  const facts = [];
  for (const [key, tokens] of [...totals].sort(([a], [b]) => a - b)) {
    const pair = mapping.pairs[key % pairs];
    const [client, window] = [Math.floor(key / pairs) % clients, Math.floor(key / pairs / clients)];
    const last = facts.at(-1);
    if (mapping.billing !== "weighted") facts.push({ client, pair, window, total: tokens });
    else if (last?.client === client && last.window === window) last.total += tokens * BigInt(pair.weight ?? 0);
    else facts.push({ client, pair: null, window, total: tokens * BigInt(pair.weight ?? 0) });
  }
  return facts.filter(({ total }) => total > 0n);
}

/** @param {Mapping} mapping @param {Pair | null} pair What an event of this pair is called and named by. */
function meterOf(mapping, pair) {
  return pair
    ? { event_name: pair.event_name, model: pair.model, token_type: pair.token_type, digest: pair.digest }
    : { event_name: mapping.weighted.event_name, model: "", token_type: "", digest: mapping.weighted.digest };
}

/**
 * The stretch of older windows in which a client's events on a meter are ours: none before `since`, after `until`,
 * or too old for Stripe.
 * @param {Mapping} mapping @param {Run} run @param {Client} client @param {string} event_name
 */
function olderRange(mapping, run, client, event_name) {
  const own = mapping.pairs.filter((pair) => mapping.billing === "weighted" || pair.event_name === event_name);
  const pairs = Math.min(...own.map((pair) => Date.parse(pair.since)));
  const since = Math.max(Date.parse(mapping.since), Date.parse(client.since), pairs);
  const until = client.until === null ? Infinity : Date.parse(client.until);
  const windows = run.windows.filter((window) => (
    window.label !== run.newest && window.start >= since && window.end <= until
      && run.now - eventTime(window) <= OLDEST_EVENT
  ));
  return { from: windows[0]?.start ?? 0, to: windows.at(-1)?.end ?? 0 };
}

/**
 * Group facts by client and meter; what Stripe would refuse as too old is parked.
 * @param {ReturnType<typeof orderFacts>} facts @param {Mapping} mapping @param {Run} run
 * @returns {{ groups: Group[], parked: Note[] }}
 */
function groupFacts(facts, mapping, run) {
  /** @type {Map<string, Group>} */
  const groups = new Map();
  /** @type {Note[]} */
  const parked = [];
  for (const { client: place, pair, window: at, total } of facts) {
    const [client, window] = [mapping.clients[place], run.windows[at]];
    const { event_name, ...named } = meterOf(mapping, pair);
    if (run.now - eventTime(window) > OLDEST_EVENT) {
      const { model, token_type } = named;
      const about = { client: client.key, event_name, model, token_type, label: window.label };
      parked.push({ ...about, n: String(total), reason: "too_old" });
      continue;
    }
    const key = `${client.key}\n${event_name}`;
    const group = groups.get(key) ?? {
      client: client.key, customer: client.customer, event_name,
      closed: closedBoundary(client.anchor, client.grace_s, run.now),
      ...olderRange(mapping, run, client, event_name), facts: [],
    };
    groups.set(key, group);
    group.facts.push({ ...named, window: at, total: String(total) });
  }
  return { groups: [...groups.values()], parked };
}

/** @param {Group[]} groups @returns {Group[][]} Chunks of whole groups, of about `CHUNK_FACTS` facts each. */
function dealChunks(groups) {
  /** @type {Group[][]} */
  const chunks = [];
  let size = Infinity;
  for (const group of groups) {
    if (size + group.facts.length > CHUNK_FACTS) {
      chunks.push([]);
      size = 0;
    }
    chunks[chunks.length - 1].push(group);
    size += group.facts.length;
  }
  return chunks;
}
