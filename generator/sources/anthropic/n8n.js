// @ts-check
/*
 * Anthropic's usage report: tokens per UTC day or hour, workspace (or key), model and service tier; README.md.
 */

const SOURCE_TITLE = "Anthropic's usage report";
/** Word of `source.client` → what the report is grouped by. */
const ANTHROPIC_CLIENTS = { workspace: "workspace_id", api_key: "api_key_id" };
/** Size of a window → width of a bucket, and the most buckets of a page. */
const ANTHROPIC_WIDTHS = { day: ["1d", 31], hour: ["1h", 168] };
/** The report calls the default workspace null; a mapping calls it this. */
const DEFAULT_WORKSPACE = "default";

/** @param {SourceState} state @param {Mapping} mapping What the request for the next page is made of. */
function askPage(state, mapping) {
  const [width, limit] = ANTHROPIC_WIDTHS[mapping.window.size];
  const client = ANTHROPIC_CLIENTS[/** @type {"workspace" | "api_key"} */ (mapping.source.client)];
  const groups = [client, "model", "service_tier"].map((name) => ["group_by[]", name]);
  const page = state.cursor ? [["page", state.cursor]] : [];
  const asked = [
    ["starting_at", state.from], ["ending_at", state.to], ["bucket_width", width], ["limit", limit], ...groups, ...page,
  ];
  return { query: asked.map((pair) => pair.map(encodeURIComponent).join("=")).join("&") };
}

/** @param {SourceState} state @param {any[]} items @param {Mapping} mapping @param {number} random @returns {SourceState} */
function takeItems(state, items, mapping, random) {
  const take = (/** @type {SourceState} */ asked, /** @type {Record<string, any>} */ page) => (
    takeBuckets(asked, page, (bucket) => [Date.parse(bucket?.starting_at), Date.parse(bucket?.ending_at)])
  );
  return takeAnswer(state, items[0], mapping, random, take, endBuckets);
}

/** @param {any[][]} pages What each page's node gave. @param {Mapping} mapping @returns {Generator<any>} */
function* sourceRows(pages, mapping) {
  const nobody = mapping.source.client === "workspace" ? DEFAULT_WORKSPACE : "";
  for (const [{ data }] of pages) {
    for (const { starting_at, results } of JSON.parse(data).data) {
      for (const result of results ?? []) yield anthropicRow(Date.parse(starting_at), result, nobody);
    }
  }
}

/** @param {number} start @param {Record<string, any>} result @param {string} nobody What a client that is null is called. */
function anthropicRow(start, result, nobody) {
  const { workspace_id, api_key_id, model, service_tier } = result;
  return bucketRow(start, [workspace_id ?? api_key_id ?? nobody, model, service_tier], () => reportCounts(result));
}

/** Counts are disjoint here; writes come in two, by how long they are kept. @param {Record<string, any>} result */
function reportCounts(result) {
  const writes = readObject(result.cache_creation);
  return disjoint(
    readOptional(result.uncached_input_tokens), readOptional(result.cache_read_input_tokens),
    readOptional(writes.ephemeral_5m_input_tokens) + readOptional(writes.ephemeral_1h_input_tokens),
    readOptional(result.output_tokens),
  );
}
