// @ts-check
/*
 * Native: the plain path with n8n's own Stripe node. It posts the newest window and reads nothing; the node gives no
 * status and no headers of an answer, so what fails is not tried again.
 */

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
    };
  })));
  const closed = all.filter((event) => event.closed).map((event) => ({ ...event, reason: "period_closed" }));
  const events = all.filter((event) => !event.closed);
  return { ...night, events, closed, stopped: "", posting: events.length > 0 };
}

/**
 * @param {any[]} items What the Stripe node gave: events, or `{ error }` with status and body in one text.
 * @param {ReturnType<typeof nativeEvents>} night @param {Mapping} mapping
 */
function nativeReport(items, night, mapping) {
  /** @type {ChunkResult} */
  const result = { events: 0, posted: "0", parked: night.closed, stuck: [], ahead: [], left: [] };
  let stopped = night.stopped;
  night.events.forEach((event, place) => {
    const answer = readNative(items[place]);
    if (answer.verdict === "done" || answer.verdict === "delivered") {
      result.events += 1;
      result.posted = String(BigInt(result.posted) + BigInt(event.n));
    } else if (answer.verdict === "refused") {
      result.parked.push({ ...event, reason: "refused", status: answer.status, words: answer.words });
    } else {
      if (answer.verdict === "denied") stopped ||= `Stripe refused the key: ${answer.status} ${answer.words}`;
      result.left.push(event);
    }
  });
  return report(mapping, night.run, night.rows, night.parked, [result], stopped, night.watched);
}

/** @param {any} item @returns {Answer} */
function readNative(item) {
  if (item && item.error === undefined) return readAnswer({ statusCode: 200, data: "{}" });
  const text = String(item?.error?.message ?? item?.error ?? "no answer");
  const [, status, body] = /^(\d{3}) - ([^]*)$/.exec(text) ?? [];
  return status ? readAnswer({ statusCode: Number(status), data: readBody(body) }) : readFailure({ message: text });
}

/** @param {string} body A JSON text; some versions quote it once more. */
function readBody(body) {
  return body.startsWith('"') ? JSON.parse(body) : body;
}
