// @ts-check
/*
 * Meter errors: what Stripe could not count, of whom, and what to do. The notification is thin; the event is fetched.
 */

const METER_ERRORS = ["v1.billing.meter.error_report_triggered", "v1.billing.meter.no_meter_found"];
const ERROR_TYPES_SHOWN = 10;

/** @type {Record<string, string>} What to do, by Stripe's own code; an open list. */
const ERROR_ADVICE = {
  archived_meter: "the meter was archived: make a new one of the same event name, then run a backfill",
  meter_event_customer_not_found: "correct `customer` in the mapping, then run a backfill",
  meter_event_dimension_count_too_high: "deactivate a dimension of the meter in Stripe, then run a backfill",
  meter_event_invalid_value: "the meter's value key is not `value`: correct the meter, then run a backfill",
  meter_event_no_customer_defined: "the meter's customer key is not `stripe_customer_id`: correct the meter, then run a backfill",
  meter_event_value_too_many_digits: "a count has more than 15 digits: look at the usage log",
  missing_dimension_payload_keys: "the meter asks for a dimension that is not sent: its dimensions are `model` and `token_type`",
  no_meter: "make the meter (SETUP.md §1), then run a backfill",
  timestamp_in_future: "the clock of your server is ahead: set it right",
  timestamp_too_far_in_past: "older than 35 days: too late for Stripe, bill it by hand",
};

/** @param {any} event */
function noteOfError(event) {
  const created = Math.floor(Date.parse(String(event.created)) / 1000);
  return { event: event.id, about: event.id, type: event.type, created: created || 0 };
}

/** @param {any} notice What Stripe sent. @param {any} fetched The whole event, or an error. @param {any} mapping */
function tellErrors(notice, fetched, mapping) {
  const meter = notice.related_object?.id;
  const where = meter ? `meter ${shown(meter)}` : "no meter";
  const { reason, validation_start: start, validation_end: end } = fetched?.data ?? {};
  if (fetched?.id !== notice.id || !reason) {
    const text = `Stripe could not count usage (${where}), and did not say what: look for ${shown(notice.id)} in Stripe's Workbench, and at the permission of the key that reads events.`;
    return [{ channel: mapping.slack.ops, text }];
  }
  const types = reason.error_types ?? [];
  const lines = types.slice(0, ERROR_TYPES_SHOWN).map((/** @type {any} */ type) => sayErrorType(type, mapping));
  const head = `Stripe could not count ${shown(reason.error_count)} usage events (${where}) between ${shown(start)} and ${shown(end)}:`;
  return [{ channel: mapping.slack.ops, text: [head, ...lines].join("\n") }];
}

/** @param {any} type @param {any} mapping */
function sayErrorType({ code, error_count: count, sample_errors: samples }, mapping) {
  const who = nameFact(samples?.[0]?.request?.identifier, mapping);
  const said = shown(samples?.[0]?.error_message);
  const advice = ERROR_ADVICE[code] ?? "look the code up in Stripe's documents";
  return `• ${shown(code)}: ${shown(count)}${who ? ` (${who})` : ""}. ${said} What to do: ${advice}.`;
}

/** Read back whose usage an identifier of ours is, and of which window. @param {unknown} identifier @param {any} mapping */
function nameFact(identifier, mapping) {
  const [, start, customer] = /^[dh](\d{4}-\d\d-\d\dT\d\d:\d\dZ):([^:]+):[0-9a-f]{10}:/.exec(String(identifier)) ?? [];
  if (!customer) return identifier ? `event ${shown(identifier)}` : "";
  const contact = mapping.contacts.find((/** @type {any} */ one) => one.customer === customer);
  return `${contact ? contact.key : shown(customer)} ${start}`;
}
