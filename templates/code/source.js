// @ts-check
/*
 * Source: pull the usage log page by page. Nothing is posted unless every page came, whole and in order.
 */

/**
 * Start a run: the windows of its clock, or those of the days that a person asks for.
 * @param {{ now: string, from?: unknown, to?: unknown, again?: unknown }} clock @param {Mapping} mapping
 * @returns {SourceState}
 */
function openRun(clock, mapping) {
  const now = Date.parse(clock.now);
  const [from, to, again] = [clock.from, clock.to, clock.again].map((text) => String(text ?? "").trim());
  const backfill = from !== "" || to !== "";
  const wrong = backfill ? wrongBackfill(from, to, again) : "";
  const rule = mapping.window;
  const windows = wrong ? [] : backfill ? windowsBetween(now, rule, from, to) : coveredWindows(now, rule);
  const last = windows.at(-1);
  const newest = !backfill && last && now - last.end < DAY ? last.label : null;
  const stopped = wrong || (last ? "" : `no window from ${from} to ${to} has ended yet`);
  return {
    do: stopped ? "stopped" : "pull", run: { now, backfill, again, windows, newest },
    from: last ? isoInstant(windows[0].start) : "", to: last ? isoInstant(last.end) : "",
    per_page: mapping.source.per_page, cursor: "",
    calls: 0, pages: [], received: 0, attempt: 1, waited: 0, rest: 0, nap: 0, stopped,
  };
}

/** @param {string} from @param {string} to @param {string} again @returns {string} What is wrong; empty: nothing. */
function wrongBackfill(from, to, again) {
  const days = [from, to].every((day) => /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day)));
  if (!days) return "a backfill needs two days, from and to, written 2026-11-30";
  if (from > to) return `the backfill's first day ${from} lies after its last ${to}`;
  return again === "" || /^[a-z0-9]{1,8}$/.test(again) ? "" : "again takes 1 to 8 small letters and digits";
}

/**
 * One step of the pull: `[state]` at the start and after a wait, `[answer, state]` after a request.
 * @param {any[]} items @param {Mapping} mapping @param {number} random From 0 up to 1. @returns {SourceState}
 */
function nextPage(items, mapping, random) {
  const state = /** @type {SourceState} */ (items[items.length - 1]);
  if (items.length === 1) {
    if (state.do === "stopped") return state;
    return state.rest > 0 ? nextNap(state) : { ...state, do: "pull" };
  }
  const asked = { ...state, calls: state.calls + 1 };
  const answer = readAnswer(items[0]);
  if (answer.verdict === "retry" || answer.verdict === "final") return retryPage(asked, answer, mapping.retry, random);
  if (answer.status !== 200) return stop(asked, sayAnswer(answer));
  return takePage(asked, answer.data ?? {});
}

/** @param {SourceState} state @param {string} why @returns {SourceState} */
function stop(state, why) {
  return { ...state, do: "stopped", stopped: `the usage log: ${why}` };
}

/** @param {Answer} answer */
function sayAnswer(answer) {
  return answer.status ? `answered ${answer.status} ${answer.words}`.trim() : `no answer (${answer.words})`;
}

/** @param {SourceState} state @param {Answer} answer @param {Retry} retry @param {number} random */
function retryPage(state, answer, retry, random) {
  const asked = retryAfter(answer.headers, state.run.now + state.waited * 1000);
  const wait = Math.max(backoff(retry, state.attempt, random), asked);
  const over = answer.verdict === "final" || state.attempt >= retry.attempts || state.waited + wait > retry.budget_s;
  if (over) return stop(state, `${sayAnswer(answer)}, after ${state.attempt} ${state.attempt === 1 ? "try" : "tries"}`);
  return nextNap({ ...state, attempt: state.attempt + 1, waited: state.waited + wait, rest: wait });
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
