// @ts-check
/*
 * The usage log of an application: pages of rows, each with the cursor of the next one; README.md has the contract.
 */

const SOURCE_TITLE = "the usage log";

/** @param {SourceState} _state @param {Mapping} mapping What the request for the next page is made of. */
function askPage(_state, mapping) {
  return { per_page: mapping.source.per_page };
}

/** @param {SourceState} state @param {any[]} items @param {Mapping} mapping @param {number} random @returns {SourceState} */
function takeItems(state, items, mapping, random) {
  return takeAnswer(state, items[0], mapping, random, takePage, stop);
}

/** @param {SourceState} state @param {Record<string, any>} page @returns {SourceState} */
function takePage(state, page) {
  if (!Array.isArray(page.rows)) return stop(state, "the answer has no rows");
  if (page.complete !== true) return stop(state, "it is not complete for this range yet");
  if (page.cursor !== state.cursor) return stop(state, `page ${state.pages.length + 1} is not the one asked for`);
  const received = state.received + page.rows.length;
  const next = typeof page.next_cursor === "string" && page.next_cursor !== "" ? page.next_cursor : null;
  const whole = Number.isInteger(page.total) && received <= page.total && (next !== null || received === page.total);
  if (next !== null && page.rows.length === 0) return stop(state, "a page without rows is not the last one");
  if (!whole) return stop(state, `${received} rows came, the total is ${page.total}`);
  const pages = [...state.pages, state.calls - 1];
  return { ...state, do: next === null ? "done" : "pull", cursor: next ?? "", received, pages, attempt: 1 };
}

/** @param {any[][]} pages What each page's node gave. @returns {Generator<any>} */
function* sourceRows(pages) {
  for (const [{ data }] of pages) yield* JSON.parse(data).rows;
}
