// @ts-check
/*
 * A file of usage over HTTP: CSV with a header, or JSON lines; README.md. It is read whole, or not at all.
 */

const SOURCE_TITLE = "the usage file";

/** @param {SourceState} _state @param {Mapping} _mapping The request needs nothing but its address. */
function askPage(_state, _mapping) {
  return {};
}

/** @param {SourceState} state @param {any[]} items @param {Mapping} mapping @param {number} random @returns {SourceState} */
function takeItems(state, items, mapping, random) {
  const [item] = items;
  if (item.statusCode !== 200) {
    return takeAnswer(state, item, mapping, random, (asked) => stop(asked, "it is no file"), stop);
  }
  const wrong = wrongFile(item.data);
  if (!wrong) return { ...state, do: "done", pages: [state.calls - 1], attempt: 1 };
  const answer = /** @type {Answer} */ ({ status: 200, headers: item.headers ?? {}, data: null, words: wrong });
  return retryPage(state, answer, mapping.retry, random, stop);
}

/**
 * Why a text is no whole file; empty: it is one. Without a newline at its end nobody can say that nothing is missing.
 * @param {unknown} text
 */
function wrongFile(text) {
  if (typeof text !== "string" || text.trim() === "") return "it is empty";
  if (!/[\r\n]$/.test(text)) return "its last line does not end: it is being written, or was cut";
  const first = withoutMark(text).trimStart();
  if (first.startsWith("{")) return "";
  const names = csvLines(withoutMark(text)).next().value ?? [];
  const lacks = ["time", "client", "model"].filter((name) => !names.includes(name));
  return lacks.length ? `its header lacks ${lacks.join(", ")}` : "";
}

/** @param {string} text A file may begin with a byte order mark. */
function withoutMark(text) {
  return text.replace(/^\uFEFF/, "");
}

/** @param {any[][]} pages What each page's node gave. @returns {Generator<any>} */
function* sourceRows(pages) {
  for (const [{ data }] of pages) {
    const text = withoutMark(data);
    if (text.trimStart().startsWith("{")) yield* jsonRows(text);
    else yield* csvRows(text);
  }
}

/** @param {string} text @returns {Record<string, any> | null} */
function objectOf(text) {
  try {
    const data = JSON.parse(text);
    return typeof data === "object" && data !== null && !Array.isArray(data) ? data : null;
  } catch {
    return null;
  }
}

/** A line that is no JSON is a row that nobody can read: it is parked by its place. @param {string} text */
function* jsonRows(text) {
  for (const line of text.split(/\r?\n/)) if (line.trim() !== "") yield objectOf(line) ?? {};
}

/** @param {string} text @returns {Generator<any>} */
function* csvRows(text) {
  const lines = csvLines(text);
  /** @type {string[]} */
  const names = lines.next().value ?? [];
  for (const cells of lines) {
    const given = names.map((name, place) => [name, cells[place] ?? ""]).filter(([, cell]) => cell !== "");
    const row = Object.fromEntries(given);
    yield row.usage === undefined ? row : { ...row, usage: objectOf(row.usage) ?? row.usage };
  }
}

/**
 * The lines of a CSV text, empty ones left out: commas, semicolons or tabs, whichever the header has most of; a cell
 * in quotes may hold any of them.
 * @param {string} text @returns {Generator<string[]>}
 */
function* csvLines(text) {
  const head = text.split(/\r?\n/, 1)[0];
  const sign = [",", ";", "\t"].sort((a, b) => head.split(b).length - head.split(a).length)[0];
  let [cells, cell, quoted] = [/** @type {string[]} */ ([]), "", false];
  for (let place = 0; place < text.length; place += 1) {
    const letter = text[place];
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text[place + 1] === '"') { cell += letter; place += 1; }
      else quoted = false;
    } else if (letter === '"' && cell === "") quoted = true;
    else if (letter === sign) { cells.push(cell.trim()); cell = ""; }
    else if (letter === "\n") {
      cells.push(cell.trim());
      if (cells.some(Boolean)) yield cells;
      [cells, cell] = [[], ""];
    } else if (letter !== "\r") cell += letter;
  }
}
