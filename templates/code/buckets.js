// @ts-check
/*
 * Buckets: reports of a provider that sums usage by UTC day or hour. What one page brought holds for its own buckets;
 * a bucket may go on over pages until the last page came. Sources of this kind say `bucketSpan`, and end with rows.
 */

/** Most pages of one pull: beyond them a report that never ends is given up. */
const MOST_PAGES = 200;

/**
 * @param {SourceState} state @param {Record<string, any>} page
 * @param {(bucket: any) => [number, number]} spanOf Start and end of a bucket; no numbers where it has none.
 * @returns {SourceState}
 */
function takeBuckets(state, page, spanOf) {
  if (!Array.isArray(page.data) || typeof page.has_more !== "boolean") return endBuckets(state, "the answer has no buckets");
  const spans = page.data.map(spanOf);
  const whole = spans.filter(([start, end]) => state.run.windows.some((one) => one.start === start && one.end === end));
  const met = [...(state.met ?? []), ...whole.map(([start]) => start)];
  const pages = [...state.pages, state.calls - 1];
  const next = { ...state, met, pages, attempt: 1 };
  if (!page.has_more) return endBuckets({ ...next, open: null }, "");
  const cursor = page.next_page;
  const more = { ...next, open: spans.at(-1)?.[0] ?? state.open ?? null };
  if (typeof cursor !== "string" || cursor === "") return endBuckets(more, "it says that more follows, but not where");
  const asked = [...(state.asked ?? []), state.cursor];
  if (asked.includes(cursor) || pages.length >= MOST_PAGES) return endBuckets(more, "its pages do not end");
  return { ...more, do: "pull", cursor, asked };
}

/**
 * End a pull: the windows whose buckets are whole are metered, in one stretch, since reads cover a range; the others
 * are left to the next run.
 * @param {SourceState} state @param {string} why Why the pull ended early; empty: it did not. @returns {SourceState}
 */
function endBuckets(state, why) {
  const { windows, newest } = state.run;
  const known = new Set((state.met ?? []).filter((start) => start !== state.open));
  /** @type {TimeWindow[]} */
  let longest = [];
  /** @type {TimeWindow[]} */
  let stretch = [];
  for (const window of windows) {
    stretch = known.has(window.start) ? [...stretch, window] : [];
    if (stretch.length && stretch.length >= longest.length) longest = stretch;
  }
  if (!longest.length) return stop(state, why || "it has no numbers for these windows yet");
  const missing = windows.filter((window) => !longest.includes(window));
  const missing_why = `${SOURCE_TITLE}: ${why || "it has no numbers for them yet"}`;
  const run = {
    ...state.run, windows: longest, newest: longest.some(({ label }) => label === newest) ? newest : null,
    ...(missing.length ? { missing, missing_why } : {}),
  };
  return { ...state, do: "done", run };
}

/**
 * A row of a report. Its name is unique in its bucket, so that a page that comes twice counts once.
 * @param {number} start @param {any[]} key What the report grouped by; the first two are the client's and the model's.
 * @param {() => Counts} read Throws a RangeError where the numbers make no sense.
 */
function bucketRow(start, key, read) {
  /** @type {Record<string, string>} */
  let counts = { input: "-1" };
  try {
    counts = Object.fromEntries(Object.entries(read()).map(([type, tokens]) => [type, String(tokens)]));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  const [client, model] = key.map((word) => word ?? "");
  return { time: isoInstant(start), client, model, request_id: JSON.stringify([start, ...key]), ...counts };
}
