// @ts-check
/*
 * Chunk: make Stripe agree with the logs for some clients and meters. One loop of requests and answers:
 * meters → one read per client and meter → one read per fact that may be missing → posts.
 * The state travels with the items; every function here works on the copy that n8n hands over.
 */

const MAX_IN_FLIGHT = 20;
/** Stripe takes 25 requests a second of a sandbox, and 25 reads a second of a live account. */
const MAX_PER_SECOND = 24;
/** A run that waited its whole budget is still fresh for so long; what is older was stored and started by hand. */
const FRESH_FOR_S = 3600;

/**
 * @param {any} order What the parent hands over. @param {string} clock The clock now, not the run's.
 * @returns {ChunkState}
 */
function openChunk(order, clock) {
  const age = (Date.parse(clock) - order.run.now) / 1000;
  const old = age <= order.retry.budget_s + FRESH_FOR_S
    ? "" : `this run was planned at ${isoInstant(order.run.now)}; too old to post. Start a new run`;
  return {
    ...order, stopped: order.stopped || old, do: "",
    phase: order.meters ? "meters" : "start", meters: order.meters ?? {},
    todo: [], sent: [], again: [], attempt: 1, rest: 0, nap: 0, counted: {}, read: {},
    burst: order.meters ? MAX_IN_FLIGHT : 0, // the chunk before has just been at it
    result: { events: 0, posted: "0", parked: [], stuck: [], ahead: [], left: [] },
  };
}

/**
 * One turn of the loop: take the answers, if there are any, and say what to do next.
 * @param {any[]} items `[{ state }]` at the start and after a wait; after requests the answers, then the requests.
 * @param {number} random From 0 up to 1.
 * @returns {Record<string, any>[]} What to `do`; the first item carries the state, or the result.
 */
function turn(items, random) {
  const answers = items.findIndex((item) => item.state);
  const state = items[answers].state;
  if (answers > 0) takeAnswers(state, items.slice(0, answers).map(readAnswer));
  if (!state.stopped && state.rest > 0) return sleep(state);
  while (!state.stopped && !state.todo.length) {
    if (state.again.length) {
      if (retryLater(state, random)) return sleep(state);
    } else if (!enterPhase(state)) break;
  }
  if (state.stopped || !state.todo.length) return [{ do: "done", ...closeChunk(state) }];
  const wave = nextWave(state);
  if (isTooFast(state, wave)) return sleep({ ...state, rest: 1, burst: 0 });
  const sent = new Set(wave);
  [state.sent, state.todo] = [wave, state.todo.filter((ask) => !sent.has(ask))];
  const task = wave[0].kind === "post" ? "post" : "read";
  return wave.map((ask, place) => ({ do: task, request: requestFor(state, ask), ...(place ? {} : { state }) }));
}

/** @param {ChunkState} state What the parent and the report need of it. */
function closeChunk({ meters, waited, stopped, result }) {
  return { meters, waited, stopped, ...result };
}

/** @param {ChunkState} state */
function sleep(state) {
  const { nap, rest } = nextNap(state);
  return [{ do: "wait", nap, state: { ...state, nap, rest } }];
}

/** @param {ChunkState} state @param {number} most @returns {number} This run's share of what an account takes. */
function ofLimit({ run }, most) {
  return Math.floor(most / (run.shard?.of ?? 1));
}

/** @param {ChunkState} state @param {Ask[]} wave @returns {boolean} Whether it has to wait a second for the account. */
function isTooFast(state, wave) {
  const limited = !state.livemode || wave[0].kind !== "post";
  const next = limited ? Math.min(ofLimit(state, MAX_IN_FLIGHT), wave.length) : 0;
  const fast = state.burst > 0 && state.burst + next > ofLimit(state, MAX_PER_SECOND);
  if (!fast) state.burst += next;
  return fast;
}

/**
 * The requests of the next wave: reads go all at once (the node spaces them), of posts at most one per client and
 * meter, since Stripe answers 409 to two at a time.
 * @param {ChunkState} state @returns {Ask[]}
 */
function nextWave(state) {
  if (state.todo[0].kind !== "post") return state.todo;
  const busy = new Set();
  const most = state.livemode ? MAX_IN_FLIGHT : ofLimit(state, MAX_IN_FLIGHT);
  return state.todo.filter((ask) => {
    const { customer, event_name } = state.groups[ask.group];
    const meter = `${customer} ${event_name}`;
    return busy.size < most && !busy.has(meter) && busy.add(meter);
  });
}

/**
 * Sort answers. Whatever Stripe says names its `object`: a success without one came from somebody on the way.
 * @param {ChunkState} state @param {Answer[]} answers One per request, in order.
 */
function takeAnswers(state, answers) {
  if (answers.length !== state.sent.length) {
    state.stopped = `${answers.length} answers came to ${state.sent.length} requests`;
    return;
  }
  state.sent.forEach((ask, place) => {
    const answer = answers[place];
    const foreign = answer.verdict === "done" && !answer.data?.object;
    if (answer.verdict === "denied") state.stopped ||= `Stripe refused the key: ${answer.status} ${answer.words}`;
    else if (answer.verdict === "broken") state.stopped ||= `the workflow is not set up: ${answer.words}`;
    else if (answer.verdict === "retry" || foreign) {
      const after = retryAfter(answer.headers, state.run.now + state.waited * 1000);
      state.again.push({ ...ask, after, last: `${answer.status || "no answer"} ${answer.words}`.trim() });
    } else settle(state, ask, answer);
  });
  state.sent = [];
}

/**
 * Plan the next pass over what failed, or give up on it: false when nothing is left to try again.
 * @param {ChunkState} state @param {number} random
 */
function retryLater(state, random) {
  const wait = backoff(state.retry, state.attempt, random);
  const budget = state.retry.budget_s - state.waited;
  const hopeless = (/** @type {Ask} */ ask) => (
    state.attempt >= state.retry.attempts || Math.max(wait, ask.after ?? 0) > budget
  );
  state.again.filter(hopeless).forEach((ask) => giveUp(state, ask, ask.last ?? ""));
  state.todo = state.again.filter((ask) => !hopeless(ask));
  state.again = [];
  if (state.stopped || !state.todo.length) return false;
  state.rest = Math.max(wait, ...state.todo.map((ask) => ask.after ?? 0));
  state.waited += state.rest;
  state.attempt += 1;
  return true;
}

/** @param {ChunkState} state @param {Ask} ask @returns {Record<string, any>} What the HTTP node needs. */
function requestFor(state, ask) {
  const { billing, stripe } = state;
  const version = billing === "dimensions" ? stripe.preview_version : stripe.version;
  if (ask.kind === "post") return { version: stripe.version, ...eventFor(state, ask) };
  if (ask.kind === "meters") {
    const after = ask.after_id ? `&starting_after=${encodeURIComponent(ask.after_id)}` : "";
    return { version, path: `meters?status=active&limit=100${after}` };
  }
  const group = state.groups[ask.group];
  const fact = group.facts[ask.fact];
  const { start, end } = ask.kind === "range" ? { start: group.from, end: group.to } : state.run.windows[fact.window];
  const filters = billing === "dimensions" && ask.kind === "window"
    ? [["dimension_filters[model]", fact.model], ["dimension_filters[token_type]", fact.token_type]] : [];
  const range = [["customer", group.customer], ["start_time", start / 1000], ["end_time", end / 1000], ["limit", 100]];
  const query = [...range, ...filters].map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
  return { version, path: `meters/${encodeURIComponent(state.meters[group.event_name])}/event_summaries?${query}` };
}

/** The event of a difference. @param {ChunkState} state @param {Ask} ask */
function eventFor(state, ask) {
  const { customer, event_name, facts } = state.groups[ask.group];
  const { model, token_type, digest, window: at } = facts[ask.fact];
  const window = state.run.windows[at];
  const name = identifier(state.size, window.start, customer, digest, ask.base ?? "0", state.run.again);
  const payload = { stripe_customer_id: customer, value: ask.n, ...(model ? { model, token_type } : {}) };
  const timestamp = isoInstant(eventTime(window));
  return { identifier: name, event: { event_name, identifier: name, timestamp, payload } };
}
