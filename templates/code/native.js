// @ts-check
/*
 * Native: the plain path with n8n's own Stripe node. It posts the newest window and reads nothing; the node tells
 * neither status nor words of an answer, so what fails is not tried again.
 */

/** How long after its clock a run may post: a stored run that a person starts again days later must not. */
const POST_WITHIN = 3600000;

/** @param {Night} night @param {Mapping} mapping */
function nativeEvents(night, mapping) {
  const { run } = night;
  const window = run.windows[0];
  if (run.newest === null) {
    return { ...night, events: [], closed: [], stopped: `${window.label} ended a day ago or more: use meter-usage` };
  }
  const all = night.chunks.flatMap(({ groups }) => groups.flatMap((group) => group.facts.map((fact) => {
    const { client, customer, event_name, closed } = group;
    const { model, token_type, digest, total } = fact;
    const name = identifier(mapping.window.size.slice(0, 1), window.start, customer, digest, "0", "");
    return {
      client, customer, event_name, model, token_type, label: window.label, n: total,
      identifier: name, timestamp: isoInstant(eventTime(window)), closed: eventTime(window) < closed,
      deadline: run.now + POST_WITHIN,
    };
  })));
  const closed = all.filter((event) => event.closed).map((event) => ({ ...event, reason: "period_closed" }));
  const events = all.filter((event) => !event.closed);
  return { ...night, events, closed, stopped: "", posting: events.length > 0 };
}

/**
 * @param {any[]} items What the Stripe node gave: events, or `{ error }`.
 * @param {ReturnType<typeof nativeEvents>} night @param {Mapping} mapping
 */
function nativeReport(items, night, mapping) {
  /** @type {ChunkResult} */
  const result = { events: 0, posted: "0", parked: night.closed, stuck: [], ahead: [], left: [] };
  let stopped = night.stopped;
  night.events.forEach((event, place) => {
    const answer = readNative(items[place], event.identifier);
    if (answer.done) {
      result.events += 1;
      result.posted = String(BigInt(result.posted) + BigInt(event.n));
    } else if (answer.denied) stopped ||= `Stripe refused the key: ${answer.words}`;
    else result.left.push({ ...event, words: answer.words });
  });
  return report(mapping, night.run, night.rows, night.parked, [result], stopped, night.watched);
}

/**
 * The node's words for an error are its own and the same for every 400, so a duplicate can't be told from a refusal:
 * both are left, and meter-usage finds out by reading. Only an answer that names the event is Stripe's: a proxy's page
 * with status 200 is none.
 * @param {any} item @param {string} identifier @returns {{ done: boolean, denied: boolean, words: string }}
 */
function readNative(item, identifier) {
  const words = String(item?.error?.message ?? item?.error ?? "the answer was not Stripe's");
  const done = item?.error === undefined && item?.identifier === identifier;
  return { done, denied: !done && /authorization failed|forbidden/i.test(words), words };
}
