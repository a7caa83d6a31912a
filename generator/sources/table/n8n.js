// @ts-check
/*
 * The table of calls that `log-call` fills: a Data Table, read by the seconds of `at`, in pages by id; README.md.
 */

const SOURCE_TITLE = "the table of calls";

/** @param {SourceState} state @param {Mapping} mapping What the next page is found by. */
function askPage(state, mapping) {
  const [at_from, at_to] = [state.from, state.to].map((at) => Date.parse(at) / 1000);
  return { at_from, at_to, after: Number(state.cursor || 0), take: mapping.source.per_page };
}

/** @param {SourceState} state @param {any[]} items One empty item where there is no row. @param {Mapping} mapping @returns {SourceState} */
function takeItems(state, items, mapping) {
  const failed = items.find((item) => item.error !== undefined && item.id === undefined);
  if (failed) return stop(state, `it could not be read (${failed.error?.message ?? failed.error})`);
  const ids = items.filter((row) => row.id !== undefined).map((row) => Number(row.id));
  const before = [Number(state.cursor || 0), ...ids];
  if (!ids.every((id, place) => id > before[place])) return stop(state, "its rows did not come in their order");
  const more = ids.length >= mapping.source.per_page;
  const pages = [...state.pages, state.calls - 1];
  const received = state.received + ids.length;
  return { ...state, do: more ? "pull" : "done", cursor: String(ids.at(-1) ?? state.cursor), received, pages, attempt: 1 };
}

/** @param {any[][]} pages What each page's node gave. @returns {Generator<any>} A row's time is what it was found by. */
function* sourceRows(pages) {
  for (const page of pages) {
    for (const row of page) if (row.id !== undefined) yield { ...row, time: isoInstant(Number(row.at) * 1000) };
  }
}
