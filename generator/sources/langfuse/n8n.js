// @ts-check
/*
 * Langfuse: one row per generation that its SDKs recorded, page after page; README.md.
 */

const SOURCE_TITLE = "Langfuse";
const LANGFUSE_HOST = "https://cloud.langfuse.com";
const LANGFUSE_ROWS = 1000;
const LANGFUSE_PAGES = 200;
/** A name of `usageDetails` → token type; the first that fits. `total` is no bucket. */
const LANGFUSE_BUCKETS = /** @type {[RegExp, string][]} */ ([
  [/cache_creation|cache.*write|write.*cache/, "cached_write"], [/cache/, "cached_input"],
  [/^(input|prompt)/, "input"], [/^(output|completion|reasoning)/, "output"],
]);

/** @param {SourceState} state @param {Mapping} mapping The whole address: the host is the user's own. */
function askPage(state, mapping) {
  const { url, per_page } = mapping.source;
  const asked = {
    fields: "core,basic,model,usage", type: "GENERATION", fromStartTime: state.from, toStartTime: state.to,
    limit: Math.min(per_page ?? LANGFUSE_ROWS, LANGFUSE_ROWS), ...(state.cursor ? { cursor: state.cursor } : {}),
  };
  const query = Object.entries(asked).map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
  return { url: `${(url || LANGFUSE_HOST).replace(/\/+$/, "")}/api/public/v2/observations?${query}` };
}

/** @param {SourceState} state @param {any[]} items @param {Mapping} mapping @param {number} random @returns {SourceState} */
function takeItems(state, items, mapping, random) {
  return takeAnswer(state, items[0], mapping, random, (asked, page) => {
    if (!Array.isArray(page.data)) return stop(asked, "the answer has no observations");
    const next = { ...asked, pages: [...asked.pages, asked.calls - 1], received: asked.received + page.data.length, attempt: 1 };
    const cursor = page.meta?.cursor;
    if (typeof cursor !== "string" || cursor === "") return { ...next, do: "done" };
    const before = [...(asked.asked ?? []), asked.cursor];
    if (before.includes(cursor) || next.pages.length >= LANGFUSE_PAGES) return stop(next, "its pages do not end");
    return { ...next, do: "pull", cursor, asked: before };
  }, stop);
}

/** @param {any[][]} pages What each page's node gave. @returns {Generator<any>} */
function* sourceRows(pages) {
  for (const [{ data }] of pages) {
    for (const one of JSON.parse(data).data) yield langfuseRow(one);
  }
}

/** @param {Record<string, any>} one An observation. */
function langfuseRow({ id, startTime, userId, model, usageDetails }) {
  const row = { time: startTime, client: userId ?? "", model: model ?? "", request_id: id };
  try {
    const counts = Object.entries(langfuseCounts(readObject(usageDetails)));
    return { ...row, ...Object.fromEntries(counts.map(([type, tokens]) => [type, String(tokens)])) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { ...row, input: "-1" };
  }
}

/**
 * Buckets exclude each other, unless they add up to more than `total`: then input and output hold the others.
 * @param {Record<string, any>} usage @returns {Counts}
 */
function langfuseCounts(usage) {
  /** @type {Record<string, bigint>} */
  const sums = { input: 0n, cached_input: 0n, cached_write: 0n, output: 0n };
  let reasoning = 0n;
  const named = Object.entries(usage).filter(([name]) => name !== "total");
  if (!named.length) throw new RangeError("no usage");
  for (const [name, value] of named) {
    const bucket = LANGFUSE_BUCKETS.find(([form]) => form.test(name));
    if (!bucket) throw new RangeError(`no token type: ${name}`);
    const tokens = readOptional(value);
    sums[bucket[1]] += tokens;
    if (name.includes("reasoning")) reasoning += tokens;
  }
  const { input, cached_input, cached_write, output } = sums;
  const whole = given(usage.total) ? readCount(usage.total) : input + cached_input + cached_write + output;
  if (input + cached_input + cached_write + output <= whole) return disjoint(input, cached_input, cached_write, output);
  const cached = input + output - reasoning === whole ? cached_input + cached_write : 0n;
  const parts = disjoint(input - cached, cached_input, cached_write, output - reasoning);
  if (parts.output < 0n || parts.input + cached_input + cached_write + parts.output !== whole) throw new RangeError("parts exceed their whole");
  return parts;
}
