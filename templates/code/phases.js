// @ts-check
/*
 * Phases of a chunk: which requests come next, and what their answers mean for the facts.
 */

/** @type {Record<string, [string, (state: ChunkState) => Ask[]]>} Phase → the next one, and what it asks first. */
const PHASES = {
  start: ["meters", askMeters],
  meters: ["ranges", askRanges],
  ranges: ["windows", askWindows],
  windows: ["posts", askPosts],
};

/** @param {ChunkState} state @returns {boolean} Enter the next phase; false when there is none. */
function enterPhase(state) {
  if (!(state.phase in PHASES)) return false;
  const [next, ask] = PHASES[state.phase];
  [state.phase, state.attempt, state.todo] = [next, 1, ask(state)];
  return true;
}

/** @param {ChunkState} _state @returns {Ask[]} */
function askMeters(_state) {
  return [{ kind: "meters", group: 0, fact: 0 }];
}

/** Park what no meter fits, then read every client and meter with older facts once. @param {ChunkState} state */
function askRanges(state) {
  const suits = (/** @type {Ask} */ { group }) => Boolean(state.meters[state.groups[group].event_name]);
  for (const ask of factsOf(state)) if (!suits(ask)) park(state, ask, "meter_unsuitable", totalOf(state, ask));
  state.groups.forEach((group, place) => {
    if (!suits({ kind: "range", group: place, fact: 0 })) group.facts = [];
  });
  const ranges = state.groups.map((_group, group) => ({ kind: "range", group, fact: 0 }));
  return ranges.filter(({ group }) => olderOf(state, group).length);
}

/** Where the logs have more than Stripe, read every older fact by itself. @param {ChunkState} state @returns {Ask[]} */
function askWindows(state) {
  return Object.entries(state.counted).flatMap(([group, counted]) => {
    const facts = olderOf(state, Number(group));
    const missing = facts.reduce((sum, ask) => sum + BigInt(totalOf(state, ask)), 0n) - BigInt(counted);
    if (missing < 0n) tell(state, "ahead", { kind: "range", group: Number(group), fact: -1 }, String(-missing));
    return missing > 0n ? facts : [];
  });
}

/**
 * Post what is missing. Of a client and meter never more than the logs have more over all older windows, so that
 * windows cut anew can't bill twice; what a failed read leaves in the dark is told as left.
 * @param {ChunkState} state @returns {Ask[]}
 */
function askPosts(state) {
  const posts = factsOf(state).filter((ask) => isNewest(state, ask)).map((ask) => (
    { ...ask, kind: "post", base: "0", n: totalOf(state, ask) }
  ));
  for (const [place, counted] of Object.entries(state.counted)) {
    const group = Number(place);
    const facts = olderOf(state, group);
    let cap = facts.reduce((sum, ask) => sum + BigInt(totalOf(state, ask)), 0n) - BigInt(counted);
    const share = (/** @type {bigint} */ wanted) => {
      const part = wanted < cap ? wanted : cap;
      if (part > 0n) cap -= part;
      return part;
    };
    const baseOf = (/** @type {Ask} */ ask) => state.read[`${group} ${ask.fact}`];
    for (const ask of facts.filter((fact) => baseOf(fact) !== undefined)) {
      const [base, n] = [baseOf(ask), share(BigInt(totalOf(state, ask)) - BigInt(baseOf(ask)))];
      if (n > 0n) posts.push({ ...ask, kind: "post", base, n: String(n) });
    }
    for (const ask of facts.filter((fact) => baseOf(fact) === undefined)) {
      const n = share(BigInt(totalOf(state, ask)));
      if (n > 0n) tell(state, "left", ask, String(n));
    }
  }
  const closed = (/** @type {Ask} */ { group, fact }) => (
    eventTime(state.run.windows[state.groups[group].facts[fact].window]) < state.groups[group].closed
  );
  const windowOf = (/** @type {Ask} */ { group, fact }) => state.groups[group].facts[fact].window;
  posts.sort((one, other) => windowOf(one) - windowOf(other));
  posts.filter(closed).forEach((ask) => park(state, ask, "period_closed", ask.n ?? "0"));
  return posts.filter((ask) => !closed(ask));
}

/** @param {ChunkState} state @param {Ask} ask @param {Answer} answer An answer that is not to be retried. */
function settle(state, ask, answer) {
  if (ask.kind === "meters") return takeMeters(state, answer);
  if (ask.kind === "post") return settlePost(state, ask, answer);
  const counted = provenSum(answer);
  if (counted === null) return giveUp(state, ask, "");
  if (ask.kind === "range") state.counted[ask.group] = counted;
  else state.read[`${ask.group} ${ask.fact}`] = counted;
}

/** @param {ChunkState} state @param {Ask} ask @param {Answer} answer */
function settlePost(state, ask, answer) {
  const { result } = state;
  const n = ask.n ?? "0";
  const known = answer.verdict === "delivered" || (answer.verdict === "done" && isReplay(state, answer));
  if (known && !isNewest(state, ask)) tell(state, "stuck", ask, n);
  else if (known || answer.verdict === "done") {
    result.events += 1;
    result.posted = String(BigInt(result.posted) + BigInt(n));
  } else if (answer.verdict === "refused") {
    park(state, ask, "refused", n, { status: answer.status, words: answer.words });
  } else tell(state, "left", ask, n);
}

/**
 * Whether Stripe answered with an event that was there before this run: to a known Idempotency-Key it adds nothing.
 * @param {ChunkState} state @param {Answer} answer
 */
function isReplay({ run }, { data }) {
  return Date.parse(data?.created) < run.now - 300000;
}

/**
 * What could not be asked or posted is left to the next run.
 * @param {ChunkState} state @param {Ask} ask @param {string} last
 */
function giveUp(state, ask, last) {
  if (ask.kind === "meters") state.stopped ||= `Stripe's list of meters: ${last}`;
  else if (ask.kind === "post") tell(state, "left", ask, ask.n ?? "0");
  else if (ask.kind === "range") {
    olderOf(state, ask.group).forEach((fact) => tell(state, "left", fact, totalOf(state, fact)));
  }
}

/**
 * What Stripe has counted, if the answer proves it: whole, one row at most, a whole number. Null otherwise.
 * @param {Answer} answer @returns {string | null}
 */
function provenSum({ status, data }) {
  const whole = status === 200 && data?.object === "list" && data.has_more === false && Array.isArray(data.data);
  if (!whole || data.data.length > 1) return null;
  const value = data.data.length ? data.data[0]?.aggregated_value : 0;
  return Number.isSafeInteger(value) ? String(value) : null;
}

/** @param {ChunkState} state @param {Answer} answer */
function takeMeters(state, { status, data, words }) {
  const list = status === 200 && data?.object === "list" && Array.isArray(data.data);
  if (!list || typeof data.has_more !== "boolean") {
    state.stopped ||= `Stripe's list of meters: ${status} ${words}`;
    return;
  }
  for (const meter of data.data) if (fitsMeter(state, meter)) state.meters[meter.event_name] = meter.id;
  const last = data.data.at(-1)?.id;
  if (data.has_more && last) state.todo.push({ kind: "meters", group: 0, fact: 0, after_id: last });
}

/**
 * Whether events of ours add up on a meter. One with an event time window would replace instead of add.
 * @param {ChunkState} state @param {any} meter
 */
function fitsMeter(state, meter) {
  const dimensions = [...(meter.dimension_payload_keys ?? [])].sort().join();
  return meter.status === "active" && meter.livemode === state.livemode && !meter.event_time_window
    && meter.default_aggregation?.formula === "sum" && meter.value_settings?.event_payload_key === "value"
    && meter.customer_mapping?.event_payload_key === "stripe_customer_id"
    && (dimensions === "model,token_type" || (dimensions === "" && state.billing !== "dimensions"));
}

/** @param {ChunkState} state @returns {Ask[]} All facts, as the asks that would read them. */
function factsOf(state) {
  return state.groups.flatMap(({ facts }, group) => facts.map((_fact, fact) => ({ kind: "window", group, fact })));
}

/** @param {ChunkState} state @param {number} group @returns {Ask[]} */
function olderOf(state, group) {
  const asks = state.groups[group].facts.map((_fact, fact) => ({ kind: "window", group, fact }));
  return asks.filter((ask) => !isNewest(state, ask));
}

/** @param {ChunkState} state @param {Ask} ask */
function isNewest(state, { group, fact }) {
  return state.run.windows[state.groups[group].facts[fact].window].label === state.run.newest;
}

/** @param {ChunkState} state @param {Ask} ask @returns {string} */
function totalOf(state, { group, fact }) {
  return state.groups[group].facts[fact].total;
}

/** @param {ChunkState} state @param {Ask} ask @param {string} reason @param {string} n @param {object} [more] */
function park(state, ask, reason, n, more) {
  tell(state, "parked", ask, n, { reason, ...more });
}

/**
 * Note something for the report, with the fact (or, without one, the client and meter) that it is about.
 * @param {ChunkState} state @param {"parked" | "stuck" | "ahead" | "left"} line @param {Ask} ask @param {string} n
 * @param {object} [more]
 */
function tell(state, line, ask, n, more) {
  const { client, event_name, facts } = state.groups[ask.group];
  const fact = facts[ask.fact];
  const label = fact ? state.run.windows[fact.window].label : "";
  const { model, token_type } = fact ?? { model: "", token_type: "" };
  state.result[line].push({ client, event_name, model, token_type, label, n, ...more });
}
