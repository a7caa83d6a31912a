// @ts-check
/*
 * Cap: what a client's month cost so far, and whether it may go on. Costs are the provider's, in the mapping's currency.
 * An answer is made once and given again until it is too old, so the way to a remembered answer has no code on it.
 */

/** Longer than any month, shorter than any two. */
const NEXT_MONTH_DAYS = 32;

/**
 * Start a look-up: the client's billing month so far, and where its usage is counted.
 * @param {number} now @param {CapClient} client @param {Mapping} mapping
 */
function openCap(now, client, mapping) {
  const start = closedBoundary(client.anchor, 0, now);
  const resets = closedBoundary(client.anchor, 0, start + NEXT_MONTH_DAYS * DAY);
  const to = Math.floor(now / 1000) * 1000 + 1000;
  return {
    do: client.source, start, resets, client: client.key, cursor: "",
    run: { now, backfill: false, again: "", windows: monthWindows(start, now, mapping.window), newest: null },
    from: isoInstant(start), to: isoInstant(to),
    calls: 0, pages: [], received: 0, attempt: 1, waited: 0, rest: 0, nap: 0, stopped: "",
  };
}

/** Whoever asks waits for the answer: one try of every page. @param {Mapping} mapping */
function withoutRetries(mapping) {
  return { ...mapping, retry: { ...mapping.retry, attempts: 1 } };
}

/**
 * The reads of Stripe that tell a month: one per meter; on a meter with dimensions one in all.
 * @param {any[]} items Pages of Stripe's meters. @param {any} state @param {CapClient} client @param {Mapping} mapping
 * @returns {{ do: "read" | "count", path: string, version: string }[]}
 */
function capReads(items, state, client, mapping) {
  const names = [...new Set(mapping.caps.costs.map(({ event_name }) => event_name))];
  const meters = items.flatMap(({ body }) => (Array.isArray(body?.data) ? body.data : []));
  const ids = names.map((name) => meters.find((meter) => meter?.event_name === name)?.id);
  const version = mapping.stripe[mapping.billing === "dimensions" ? "preview_version" : "version"];
  if (!ids.length || ids.some((id) => !id)) return [{ do: "count", path: "", version }];
  const minute = (/** @type {number} */ instant) => Math.floor(instant / 60000) * 60;
  const groups = mapping.billing === "dimensions"
    ? [["dimension_group_by_keys[0]", "model"], ["dimension_group_by_keys[1]", "token_type"]] : [];
  const query = [
    ["customer", client.customer], ["start_time", minute(state.start)], ["end_time", minute(state.run.now) + 60],
    ["limit", 100], ...groups,
  ].map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
  return ids.map((id) => ({ do: "read", path: `${encodeURIComponent(id)}/event_summaries?${query}`, version }));
}

/**
 * What Stripe counted, as cost; null where an answer is missing or proves nothing.
 * @param {any[]} items The answers, in the order of the reads. @param {Mapping} mapping @returns {bigint | null}
 */
function costAtStripe(items, mapping) {
  const { costs } = mapping.caps;
  const names = [...new Set(costs.map(({ event_name }) => event_name))];
  let cost = 0n;
  if (items.length !== names.length) return null;
  for (const [place, { statusCode, body }] of items.entries()) {
    const whole = statusCode === 200 && body?.object === "list" && body.has_more === false && Array.isArray(body.data);
    if (!whole) return null;
    for (const { aggregated_value: value, dimensions } of body.data) {
      if (!Number.isSafeInteger(value)) return null;
      const found = costs.find(({ event_name, model, token_type }) => (
        mapping.billing === "dimensions"
          ? model === creatorModel(dimensions?.model) && token_type === dimensions?.token_type
          : event_name === names[place]
      ));
      cost += BigInt(value) * decimal(found?.per_million ?? "0");
    }
  }
  return cost;
}

/** @param {unknown} name A gateway puts the provider in front where another one serves a model. @returns {string} */
function creatorModel(name) {
  return String(name ?? "").split("/").slice(-2).join("/");
}

/**
 * What the usage log says, as cost; null where it did not come whole.
 * @param {any} state @param {any[][]} pages @param {Mapping} mapping @returns {bigint | null}
 */
function costInLog(state, pages, mapping) {
  if (state.do !== "done" || state.run.missing?.length) return null;
  const { totals } = totalRows(sourceRows(pages, mapping), mapping, state.run.windows);
  let cost = 0n;
  for (const [key, tokens] of totals) {
    const { model, token_type } = mapping.pairs[key % mapping.pairs.length];
    const place = Math.floor(key / mapping.pairs.length) % mapping.clients.length;
    const found = mapping.caps.costs.find((entry) => entry.model === model && entry.token_type === token_type);
    if (mapping.clients[place].key === state.client) cost += tokens * decimal(found?.per_million ?? "0");
  }
  return cost;
}

/** @param {number} start @param {number} now @param {WindowRule} rule @returns {TimeWindow[]} Until now, oldest first. */
function monthWindows(start, now, rule) {
  const windows = [];
  if (rule.size === "hour") {
    for (let hour = Math.floor(start / HOUR) * HOUR; hour <= now; hour += HOUR) windows.push(hourWindow(hour));
    return windows;
  }
  const day = (/** @type {number} */ instant) => new Date(wallClock(instant, rule.zone)).toISOString().slice(0, 10);
  for (let at = day(start); at <= day(now); at = addDays(at, 1)) windows.push(dayWindow(at, rule.zone));
  return windows.filter(({ start: first, end }) => first < end);
}

/**
 * Make the answer, as it is given and remembered. Where nobody could say what was used, an earlier count of the same
 * month speaks (`stale`): usage never falls, so what had reached its cap then is over it now.
 * @param {bigint | null} cost Of a million times the currency, in units of `decimal`.
 * @param {any} state @param {any} before The answer that is remembered; empty: none. @param {CapClient} client
 * @param {Mapping} mapping
 */
function closeCap(cost, state, before, client, mapping) {
  const { now } = state.run;
  const half = decimal("0.5");
  const fresh = cost === null ? null : { used: Number((cost + half) / decimal("1")) / 1e6, counted: now };
  const same = before?.resets === state.resets && typeof before.used === "number" && before.counted > 0;
  const { used, counted } = fresh ?? (same ? before : { used: null, counted: 0 });
  const cap = Number(client.cap);
  const spent = used !== null && used >= cap;
  const open = fresh !== null || mapping.caps.fail === "open";
  const reason = fresh ? (spent ? "cap" : null) : used === null ? "unknown" : "stale";
  const answer = {
    allowed: !spent && open, used, cap, remaining: used === null ? null : Math.max(0, Math.round((cap - used) * 1e6) / 1e6),
    resets_at: isoInstant(state.resets), currency: mapping.currency, reason,
    as_of: counted ? isoInstant(counted) : null,
  };
  return { client: client.key, answer: JSON.stringify(answer), used, counted, asked: now, resets: state.resets };
}
