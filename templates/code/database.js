// @ts-check
/*
 * Usage in a database: one query with the run's windows gives totals, and rows that it cannot total; its last row says
 * that all came. Sources of this kind say `SOURCE_TITLE`; their query gives the columns of USAGE_FIELDS and `kind`.
 */

const USAGE_FIELDS = ["time", "client", "model", "request_id", "input", "cached_input", "cached_write", "output", "usage"];

/**
 * The windows, as the query takes them: no further than what is asked for, which may begin within the first.
 * @param {SourceState} state @param {Mapping} _mapping
 */
function askPage(state, _mapping) {
  const [from, to] = [Date.parse(state.from), Date.parse(state.to)];
  const windows = state.run.windows.map(({ start, end }) => (
    { start: isoInstant(Math.max(start, from)), end: isoInstant(Math.min(end, to)) }
  ));
  return { windows: JSON.stringify(windows) };
}

/** @param {SourceState} state @param {any[]} items @param {Mapping} _mapping @returns {SourceState} */
function takeItems(state, items, _mapping) {
  const failed = items.find((item) => item.error !== undefined && item.kind === undefined);
  if (failed) return stop(state, `it could not be read (${sayFailure(failed)})`);
  if (!items.some(({ kind }) => kind === "end")) return stop(state, "the answer has no end");
  return { ...state, do: "done", pages: [state.calls - 1], received: items.length - 1, attempt: 1 };
}

/** @param {any} item What n8n gives in place of rows. @returns {string} */
function sayFailure({ error, message }) {
  const said = typeof error === "string" ? error : error?.message ?? message;
  return typeof said === "string" && said !== "" ? said : "no reason was given";
}

/** @param {string} name @param {any} value A provider's object may come as its text; what is no JSON stays, and is parked. */
function tellField(name, value) {
  if (name !== "usage" || typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** @param {any[][]} pages What each page's node gave. @returns {Generator<any>} A field that is null is absent. */
function* sourceRows(pages) {
  for (const page of pages) {
    for (const row of page) {
      const told = USAGE_FIELDS.filter((name) => row[name] !== undefined && row[name] !== null);
      if (row.kind !== "end") yield Object.fromEntries(told.map((name) => [name, tellField(name, row[name])]));
    }
  }
}
