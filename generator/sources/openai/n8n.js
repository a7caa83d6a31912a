// @ts-check
/*
 * OpenAI's usage report: tokens per UTC day or hour, project (or key), model, batch and service tier; README.md.
 */

const SOURCE_TITLE = "OpenAI's usage report";
/** Word of `source.client` → what the report is grouped by. */
const OPENAI_CLIENTS = { project: "project_id", api_key: "api_key_id" };
/** Size of a window → width of a bucket, and the most buckets of a page. */
const OPENAI_WIDTHS = { day: ["1d", 31], hour: ["1h", 168] };
/** Tokens that have other prices than text. */
const OPENAI_OTHER = ["input_audio_tokens", "output_audio_tokens", "input_image_tokens", "output_image_tokens"];

/** @param {SourceState} state @param {Mapping} mapping What the request for the next page is made of. */
function askPage(state, mapping) {
  const [width, limit] = OPENAI_WIDTHS[mapping.window.size];
  const client = OPENAI_CLIENTS[/** @type {"project" | "api_key"} */ (mapping.source.client)];
  const times = [["start_time", state.from], ["end_time", state.to]].map(([name, at]) => [name, Date.parse(at) / 1000]);
  const groups = [client, "model", "batch", "service_tier"].map((name) => ["group_by[]", name]);
  const page = state.cursor ? [["page", state.cursor]] : [];
  const asked = [...times, ["bucket_width", width], ["limit", limit], ...groups, ...page];
  return { query: asked.map((pair) => pair.map(encodeURIComponent).join("=")).join("&") };
}

/** @param {SourceState} state @param {any[]} items @param {Mapping} mapping @param {number} random @returns {SourceState} */
function takeItems(state, items, mapping, random) {
  const take = (/** @type {SourceState} */ asked, /** @type {Record<string, any>} */ page) => (
    takeBuckets(asked, page, (bucket) => [bucket?.start_time * 1000, bucket?.end_time * 1000])
  );
  return takeAnswer(state, items[0], mapping, random, take, endBuckets);
}

/** @param {any[][]} pages What each page's node gave. @returns {Generator<any>} */
function* sourceRows(pages) {
  for (const [{ data }] of pages) {
    for (const { start_time, results } of JSON.parse(data).data) {
      for (const result of results ?? []) yield openaiRow(start_time * 1000, result);
    }
  }
}

/** @param {number} start @param {Record<string, any>} result */
function openaiRow(start, result) {
  const { project_id, api_key_id, model, batch, service_tier } = result;
  const other = OPENAI_OTHER.some((name) => given(result[name]) && String(result[name]) !== "0");
  const name = other ? `${model ?? ""} (audio or image)` : model;
  return bucketRow(start, [project_id ?? api_key_id, name, batch, service_tier], () => openaiCounts(result));
}

/** Input includes what was cached; older answers do not say the rest. @param {Record<string, any>} result */
function openaiCounts(result) {
  const cached = readOptional(result.input_cached_tokens);
  const write = readOptional(result.input_cache_write_tokens);
  const input = given(result.input_uncached_tokens)
    ? readCount(result.input_uncached_tokens) : readCount(result.input_tokens) - cached - write;
  return disjoint(input, cached, write, readOptional(result.output_tokens));
}
