// @ts-check
/*
 * OpenRouter's analytics: tokens per UTC day, user (or key) and model, in one answer; README.md.
 */

const SOURCE_TITLE = "OpenRouter's analytics";
/** Word of `source.client` → dimension. */
const OPENROUTER_CLIENTS = { external_user: "external_user", api_key: "api_key_id" };
/** Rows of an answer at most: with so many it may be cut. */
const OPENROUTER_ROWS = 10000;

/** @param {SourceState} state @param {Mapping} mapping The body of the question. */
function askPage(state, mapping) {
  const client = OPENROUTER_CLIENTS[/** @type {"external_user" | "api_key"} */ (mapping.source.client)];
  return {
    body: JSON.stringify({
      metrics: ["tokens_prompt", "tokens_completion", "cached_tokens"], dimensions: [client, "model"],
      granularity: "day", time_range: { start: state.from, end: state.to }, limit: OPENROUTER_ROWS,
    }),
  };
}

/** @param {SourceState} state @param {any[]} items @param {Mapping} mapping @param {number} random @returns {SourceState} */
function takeItems(state, items, mapping, random) {
  return takeAnswer(state, items[0], mapping, random, (asked, page) => {
    const rows = page.data?.data;
    if (!Array.isArray(rows)) return stop(asked, "the answer has no rows");
    const cut = page.data.metadata?.truncated !== false || rows.length >= OPENROUTER_ROWS;
    if (cut) return stop(asked, "the answer is cut: ask for fewer days");
    return { ...asked, do: "done", pages: [asked.calls - 1], attempt: 1 };
  }, stop);
}

/** @param {any[][]} pages What each page's node gave. @returns {Generator<any>} */
function* sourceRows(pages) {
  for (const [{ data }] of pages) {
    for (const row of JSON.parse(data).data.data) yield openrouterRow(row);
  }
}

/** A group is one row: the same group again is the same row. @param {Record<string, any>} row */
function openrouterRow(row) {
  const client = row.external_user ?? row.api_key_id ?? "";
  const model = row.model ?? "";
  const key = { time: `${String(row.date__day).slice(0, 10)}T00:00:00Z`, client, model };
  return { ...key, request_id: JSON.stringify(Object.values(key)), ...openrouterCounts(row) };
}

/**
 * Prompt tokens hold what was cached; a replay from OpenRouter's own cache may say more than the prompt.
 * @param {Record<string, any>} row
 */
function openrouterCounts(row) {
  try {
    const prompt = readCount(row.tokens_prompt);
    const cached = readOptional(row.cached_tokens);
    const known = cached > prompt ? prompt : cached;
    return {
      input: String(prompt - known), cached_input: String(known), output: String(readOptional(row.tokens_completion)),
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { input: "-1" };
  }
}
