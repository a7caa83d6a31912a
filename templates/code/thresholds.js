// @ts-check
/*
 * Thresholds: how much of its expected month a client has used, and how its last seven days compare with those before.
 * Amounts are minor units as whole numbers of 10^-24 (money.js); a window belongs to the period that holds its last second.
 */

/** Days of a week; and for how long after its end a period is looked at again: late rows, runs that were missed. */
const WEEK = 7;

/** @param {string} anchor @param {number} at @returns {{ before: number, start: number, end: number }} Where periods meet. */
function periodAt(anchor, at) {
  const from = new Date(anchor);
  const clock = from.getTime() - Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), from.getUTCDate());
  const year = new Date(at).getUTCFullYear();
  const meet = (/** @type {number} */ month) => {
    const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
    return Date.UTC(year, month, Math.min(from.getUTCDate(), last)) + clock;
  };
  let month = new Date(at).getUTCMonth();
  // An anchor's hour may put this month's boundary behind the instant.
  if (meet(month) > at) month -= 1;
  return { before: meet(month - 1), start: meet(month), end: meet(month + 1) };
}

/** @param {number} instant @param {string} zone @returns {string} Its local day. */
function localDay(instant, zone) {
  return new Date(wallClock(instant, zone)).toISOString().slice(0, 10);
}

/** @param {number} to @param {WindowRule} rule @returns {string} The local day of the last window that has ended by then. */
function lastDay(to, { size, zone }) {
  return size === "hour" ? localDay(Math.floor(to / HOUR) * HOUR - 1000, zone) : addDays(localDay(to, zone), -1);
}

/**
 * The stretches of time that are looked at for one client, [from, to) by a window's last second.
 * @param {any} client @param {any} mapping @param {TimeWindow} newest
 */
function stretchesOf(client, mapping, newest) {
  const { size, zone } = mapping.window;
  const since = Math.max(Date.parse(mapping.since), Date.parse(client.since));
  const { at, jump, expected } = client.month;
  const { before, start, end } = periodAt(client.anchor, newest.end - 1000);
  const ago = (/** @type {number} */ days) => (
    size === "hour" ? newest.end - days * DAY : dayStart(addDays(newest.label, 1 - days), zone)
  );
  const months = !expected || !at.length ? [] : [
    ...(newest.end - start <= WEEK * DAY ? [{ kind: "before", start: before, from: before, to: start }] : []),
    { kind: "now", start, from: start, to: end },
  ];
  // Half a week before `since` is no week to compare with.
  const weeks = !jump || ago(2 * WEEK) < since ? [] : [
    { kind: "week", start: 0, from: ago(WEEK), to: newest.end },
    { kind: "week before", start: 0, from: ago(2 * WEEK), to: ago(WEEK) },
  ];
  return [...months.filter(({ to }) => to > since), ...weeks].map((one) => ({ ...one, from: Math.max(one.from, since) }));
}

/**
 * Start a run: all windows that somebody's period or week needs, up to the last one that has ended.
 * @param {{ now: string }} clock @param {any} mapping @returns {SourceState}
 */
function openWatching(clock, mapping) {
  const now = Date.parse(clock.now);
  const { window: rule, clients } = mapping;
  const ready = now - (mapping.source.ready_s ?? 0) * 1000;
  const [newest] = coveredWindows(ready, { ...rule, lookback: 1 });
  const from = Math.min(newest.start, ...clients.flatMap((/** @type {any} */ client) => (
    stretchesOf(client, mapping, newest).map((stretch) => stretch.from)
  )));
  const windows = windowsBetween(ready, rule, localDay(from, rule.zone), localDay(newest.end - 1000, rule.zone))
    .filter(({ end }) => end > from);
  return {
    do: "pull", run: { now, backfill: false, again: "", windows, newest: newest.label },
    from: isoInstant(windows[0].start), to: isoInstant(newest.end), cursor: "",
    calls: 0, pages: [], received: 0, attempt: 1, waited: 0, rest: 0, nap: 0, stopped: "",
  };
}

/**
 * What every client has used, as far as it may be news; whoever was told before is sorted out by `freshNews`.
 * @param {SourceState} state @param {any[][]} pages What the source gave, page by page. @param {any} mapping
 */
function watchUsage({ run: { windows, missing, missing_why: why } }, pages, mapping) {
  // A report that lacks windows is metered as far as it goes; of a month it would tell too little.
  if (missing?.length) return { news: [], oldest: 0, stopped: why };
  const { totals } = totalRows(sourceRows(pages, mapping), mapping, windows);
  /** @type {{ pair: number, end: number, total: bigint }[][]} */
  const facts = mapping.clients.map(() => []);
  for (const [key, total] of totals) {
    const [pair, rest] = [key % mapping.pairs.length, Math.floor(key / mapping.pairs.length)];
    facts[rest % facts.length].push({ pair, end: windows[Math.floor(rest / facts.length)].end, total });
  }
  const newest = windows[windows.length - 1];
  const news = mapping.clients.flatMap((/** @type {any} */ client, /** @type {number} */ place) => {
    const stretches = stretchesOf(client, mapping, newest).map((one) => ({ ...one, ...used(facts[place], client, mapping, one) }));
    const [week, before] = stretches.filter(({ kind }) => kind.startsWith("week"));
    return [
      ...stretches.filter(({ kind }) => !kind.startsWith("week")).flatMap((one) => monthNews(client, mapping, newest, one)),
      ...(week ? weekNews(client, mapping, newest, week, before) : []),
    ];
  });
  return { news, oldest: Math.min(newest.end, ...news.map((/** @type {any} */ { since }) => since)), stopped: "" };
}

/** @param {{ pair: number, end: number, total: bigint }[]} facts @param {any} client @param {any} mapping @param {any} stretch */
function used(facts, { month }, mapping, { from, to }) {
  const sums = { tokens: 0n, cost: 0n, charge: 0n };
  for (const { pair, end, total } of facts) {
    if (end - 1000 < from || end - 1000 >= to) continue;
    sums.tokens += total;
    sums.cost += decimal(mapping.pairs[pair].cost) * total;
    sums.charge += decimal(month.rates?.[pair] ?? mapping.pairs[pair].rate) * total;
  }
  return sums;
}

/**
 * A period in which a threshold is reached. The mark keeps the highest one: it stands for all below it.
 * @param {any} client @param {any} mapping @param {TimeWindow} newest @param {any} stretch
 */
function monthNews(client, mapping, newest, stretch) {
  const { expected, at } = client.month;
  const [mine, whole] = expected.tokens
    ? [stretch.tokens, BigInt(expected.tokens)] : [stretch.cost, decimal(expected.cost)];
  const percent = Number(mine * 100n / whole);
  const level = Math.max(0, ...at.filter((/** @type {number} */ one) => one <= percent));
  if (!level) return [];
  const until = client.until === null ? Infinity : Date.parse(client.until);
  // Where summer time shifts days against the anchor, an hour may be left behind a period's last day.
  const rest = Math.min(stretch.to, until) - newest.end;
  const over = rest <= (mapping.window.size === "hour" ? 0 : HOUR);
  const elapsed = Math.min(newest.end, stretch.to) - stretch.from;
  const left = over ? 0 : rest;
  const figures = { ...stretch, percent, level, whole, over, span: [BigInt(elapsed + left), BigInt(elapsed)], until };
  const mark = { mark: `${client.key} ${isoInstant(stretch.start)}`, at: stretch.start, told: level };
  return [{ mark, gap: 1, since: stretch.start, messages: sayMonth(client, mapping, newest, figures) }];
}

/** @param {any} client @param {any} mapping @param {TimeWindow} newest @param {any} week @param {any} before */
function weekNews(client, mapping, newest, week, before) {
  if (!before.cost || week.cost * 100n < BigInt(client.month.jump) * before.cost) return [];
  const mark = { mark: `${client.key} week`, at: newest.end, told: newest.end };
  // A week in which the clocks change is an hour shorter.
  const gap = WEEK * DAY - HOUR;
  return [{ mark, gap, since: newest.end - WEEK * DAY, messages: sayWeek(client, mapping, newest, week, before) }];
}

/**
 * Drop what was told before.
 * @param {{ news: any[] }} watched @param {{ mark?: string, told?: number }[]} rows Of the table.
 * @returns {{ channel: string, text: string, about: any }[]}
 */
function freshNews({ news }, rows) {
  const told = new Map(rows.filter(({ mark }) => mark !== undefined).map((row) => [row.mark, Number(row.told)]));
  return news.filter(({ mark, gap }) => mark.told >= (told.get(mark.mark) ?? -Infinity) + gap)
    .flatMap(({ mark, messages }) => messages.map((/** @type {any} */ message) => ({ ...message, about: mark })));
}

/** @param {{ told: any[] }} talk @returns {any[]} Marks of what Slack took, each once. */
function marksOf({ told }) {
  return [...new Map(told.map((mark) => [mark.mark, mark])).values()];
}
