// @ts-check
/*
 * A Google Sheet that holds one model call per row: its tab `Usage`, unformatted, in one answer; README.md.
 */

const SOURCE_TITLE = "the Google Sheet";
/** Days from the sheet's day 0, 1899-12-30, to 1970-01-01. */
const SHEET_EPOCH = 25569;
const SHEET_COLUMNS = new Set([
  "time", "client", "model", "request_id", "input", "cached_input", "cached_write", "output", "usage",
]);
const SHEET_QUERY = "majorDimension=ROWS&valueRenderOption=UNFORMATTED_VALUE&dateTimeRenderOption=SERIAL_NUMBER";

/** @param {SourceState} _state @param {Mapping} mapping The address of the sheet's values. */
function askPage(_state, mapping) {
  const id = /[/]spreadsheets[/]d[/]([A-Za-z0-9_-]+)/.exec(mapping.source.url)?.[1] ?? "";
  return { url: `https://sheets.googleapis.com/v4/spreadsheets/${id}/values/Usage?${SHEET_QUERY}` };
}

/** @param {SourceState} state @param {any[]} items @param {Mapping} mapping @param {number} random @returns {SourceState} */
function takeItems(state, items, mapping, random) {
  return takeAnswer(state, items[0], mapping, random, (asked, page) => {
    const wrong = wrongSheet(page);
    return wrong ? stop(asked, wrong) : { ...asked, do: "done", pages: [asked.calls - 1], attempt: 1 };
  }, stop);
}

/** Why an answer is no sheet of usage; empty: it is one. @param {Record<string, any>} page */
function wrongSheet(page) {
  if (page.majorDimension !== "ROWS" || typeof page.range !== "string") return "the answer is no range of a sheet";
  const names = columnNames(page.values?.[0] ?? []);
  const lacks = ["time", "client", "model"].filter((name) => !names.includes(name));
  if (lacks.length) return `its first row lacks ${lacks.join(", ")}`;
  const twice = names.find((name, place) => name !== "" && names.indexOf(name) !== place);
  return twice ? `its first row names ${twice} twice` : "";
}

/** `Cached input` names the same column as `cached_input`. @param {unknown[]} cells */
function columnNames(cells) {
  return cells.map((cell) => String(cell ?? "").trim().toLowerCase().replace(/[ -]+/g, "_"));
}

/** @param {any[][]} pages What each page's node gave. @returns {Generator<any>} Rows that say nothing are left out. */
function* sourceRows(pages) {
  for (const [{ data }] of pages) {
    const [head, ...lines] = JSON.parse(data).values;
    const names = columnNames(head);
    for (const row of lines.map((/** @type {any[]} */ cells) => sheetRow(names, cells))) {
      if (Object.keys(row).length) yield row;
    }
  }
}

/** @param {string[]} names @param {any[]} cells Fewer than the names where the last ones are empty. */
function sheetRow(names, cells) {
  const given = names.map((name, place) => [name, cells[place] ?? ""]);
  const row = Object.fromEntries(given.filter(([name, cell]) => SHEET_COLUMNS.has(name) && cell !== ""));
  if (typeof row.time === "number") row.time = serialTime(row.time);
  if (typeof row.usage === "string") row.usage = usageObject(row.usage);
  return row;
}

/**
 * A date cell as an instant, its wall clock taken as UTC; a day alone names no instant.
 * @param {number} serial Days since the sheet's day 0. @returns {string} ISO 8601 to the millisecond, or empty.
 */
function serialTime(serial) {
  const isInstant = !Number.isInteger(serial) && serial >= 10000 && serial < 100000;
  return isInstant ? new Date(Math.round((serial - SHEET_EPOCH) * 86400000)).toISOString() : "";
}

/** @param {string} text JSON in a cell; a text that is no JSON stays, and its row is parked. */
function usageObject(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
