// @ts-check
/*
 * Source: pull usage page by page. What is special to one kind of source is in its own `n8n.js`
 * (generator/sources/README.md): `SOURCE_TITLE`, `askPage`, `takeItems`, `sourceRows`.
 */

const MOST_SHARDS = 20;

/**
 * Start a run: the windows of its clock, or those of the days that a person asks for.
 * @param {{ now: string, from?: unknown, to?: unknown, again?: unknown, shard?: unknown, of?: unknown }} clock
 * @param {Mapping} mapping
 * @returns {SourceState}
 */
function openRun(clock, mapping) {
  const now = Date.parse(clock.now);
  const [from, to, again] = [clock.from, clock.to, clock.again].map((text) => String(text ?? "").trim());
  const backfill = from !== "" || to !== "";
  const { shard, wrong: wrongShard } = shardOf(clock);
  const wrong = wrongShard || (backfill ? wrongBackfill(from, to, again) : "");
  const rule = mapping.window;
  const ready = now - (mapping.source.ready_s ?? 0) * 1000;
  const windows = wrong ? [] : backfill ? windowsBetween(ready, rule, from, to) : coveredWindows(ready, rule);
  const last = windows.at(-1);
  const newest = !backfill && last && now - last.end < DAY ? last.label : null;
  const stopped = wrong || (last ? "" : `no window from ${from} to ${to} has ended yet`);
  return {
    do: stopped ? "stopped" : "pull", run: { now, backfill, again, windows, newest, ...(shard && { shard }) },
    from: last ? isoInstant(windows[0].start) : "", to: last ? isoInstant(last.end) : "",
    cursor: "",
    calls: 0, pages: [], received: 0, attempt: 1, waited: 0, rest: 0, nap: 0, stopped,
  };
}

/**
 * Several workers share a night by clients: each call does the clients of its own shard.
 * @param {{ shard?: unknown, of?: unknown }} clock
 * @returns {{ shard?: { number: number, of: number }, wrong: string }} Nothing where a run does all of them.
 */
function shardOf({ shard, of }) {
  if (shard === undefined && of === undefined) return { wrong: "" };
  const [number, all] = [shard, of].map((text) => (/^[1-9]\d?$/.test(String(text)) ? Number(text) : NaN));
  return number <= all && all <= MOST_SHARDS
    ? { shard: { number, of: all }, wrong: "" }
    : { wrong: `a shard is called with its number and how many there are, up to ${MOST_SHARDS}: shard=1&of=2` };
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
    return state.rest > 0 ? nextNap(state) : { ...state, ...askPage(state, mapping), do: "pull" };
  }
  const next = takeItems({ ...state, calls: state.calls + 1 }, items.slice(0, -1), mapping, random);
  return next.do === "pull" ? { ...next, ...askPage(next, mapping) } : next;
}

/**
 * Take one HTTP answer: try again what may pass, give up what will not, hand on a page.
 * @param {SourceState} asked @param {HttpItem} item @param {Mapping} mapping @param {number} random
 * @param {(state: SourceState, page: Record<string, any>) => SourceState} take
 * @param {(state: SourceState, why: string) => SourceState} giveUp @returns {SourceState}
 */
function takeAnswer(asked, item, mapping, random, take, giveUp) {
  const answer = readAnswer(item);
  if (answer.verdict === "retry" || answer.verdict === "final") {
    return retryPage(asked, answer, mapping.retry, random, giveUp);
  }
  if (answer.status !== 200) return giveUp(asked, sayAnswer(answer));
  return take(asked, answer.data ?? {});
}

/** @param {SourceState} state @param {string} why @returns {SourceState} */
function stop(state, why) {
  return { ...state, do: "stopped", stopped: `${SOURCE_TITLE}: ${why}` };
}

/** @param {Answer} answer */
function sayAnswer(answer) {
  return answer.status ? `answered ${answer.status} ${answer.words}`.trim() : `no answer (${answer.words})`;
}

/**
 * @param {SourceState} state @param {Answer} answer @param {Retry} retry @param {number} random
 * @param {(state: SourceState, why: string) => SourceState} giveUp
 */
function retryPage(state, answer, retry, random, giveUp) {
  const asked = retryAfter(answer.headers, state.run.now + state.waited * 1000);
  const wait = Math.max(backoff(retry, state.attempt, random), asked);
  const over = answer.verdict === "final" || state.attempt >= retry.attempts || state.waited + wait > retry.budget_s;
  if (over) return giveUp(state, `${sayAnswer(answer)}, after ${state.attempt} ${state.attempt === 1 ? "try" : "tries"}`);
  return nextNap({ ...state, attempt: state.attempt + 1, waited: state.waited + wait, rest: wait });
}
