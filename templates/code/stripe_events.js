// @ts-check
/*
 * Stripe events: what one snapshot event means, for whom, and whether it is still news.
 */

const TOLD = [
  "billing.alert.triggered", "invoice.payment_failed", "invoice.upcoming", "invoice.finalized", "invoice.paid",
  "customer.subscription.updated", "customer.subscription.deleted",
];

/** @param {any} event @returns {{ event: string, about: string, type: string, created: number }} Its row in the table. */
function noteOf(event) {
  const about = String(event.data?.object?.id ?? "");
  return { event: event.id, about: about || event.id, type: event.type, created: Number(event.created) || 0 };
}

/**
 * @param {any} event @param {{ event: string, about: string, type: string, created: number }[]} rows
 * Everything in the table about the event or its object, this event's own rows included.
 * @param {any} mapping @returns {{ channel: string, text: string }[]} Nothing where the event is no news.
 */
function tellEvent(event, rows, mapping) {
  const object = event.data?.object ?? {};
  const others = rows.filter((row) => row.event !== event.id);
  const customer = String(object.customer ?? "");
  const contact = mapping.contacts.find((/** @type {any} */ one) => one.customer === customer);
  const said = Object.hasOwn(SAY, event.type) ? SAY[event.type]({ event, object, others, mapping, contact }) : null;
  if (!said) return [];
  if (contact) {
    const internal = [`${contact.name} (${contact.key}): ${said.news}`, ...said.lines, ...said.advice];
    const client = [said.news, ...said.lines].join("\n");
    return addressed(contact, {
      internal: [...internal, ...(contact.business ? [`For you: ${contact.business}`] : [])].join("\n"),
      client: said.forClient ? client : "",
    });
  }
  const who = [customer || "no customer", object.customer_name].filter(Boolean).join(" ");
  return [{
    channel: mapping.slack.ops,
    text: [`Unknown customer ${shown(who)}: ${said.news}`, ...said.lines, ...said.advice,
      `Add it to the mapping if it is a client (event ${shown(event.id)}).`].join("\n"),
  }];
}

/** @type {Record<string, (about: any) => { news: string, lines: string[], advice: string[], forClient: boolean } | null>} */
const SAY = {
  "billing.alert.triggered": ({ object, mapping }) => {
    const unit = mapping.billing === "weighted" ? "credits" : "tokens";
    const { title, usage_threshold: threshold } = object.alert ?? {};
    return {
      news: `Usage reached ${whole(object.value)} ${unit} (alert at ${whole(threshold?.gte)}).`,
      lines: [], advice: [`Alert: ${shown(title)}`], forClient: true,
    };
  },
  "invoice.payment_failed": ({ event, object, others, mapping }) => {
    const paid = others.some((/** @type {any} */ row) => row.type === "invoice.paid" && row.created >= event.created);
    const later = others.some((/** @type {any} */ row) => row.type === event.type && row.created > event.created);
    if (paid || later) return null;
    const next = object.next_payment_attempt;
    const zone = mapping.window.zone;
    const then = next ? `The next try is on ${localTime(next, zone)} (${zone}).` : "There is no further try.";
    const sum = amount(object.amount_remaining ?? object.amount_due, object.currency);
    return {
      news: `Payment of ${sum} for ${invoice(object)} failed (attempt ${whole(object.attempt_count)}). ${then}`,
      lines: links("Pay it or change the card", object, mapping), advice: [...afterFailure(object)], forClient: true,
    };
  },
  "invoice.upcoming": ({ object, mapping }) => {
    const zone = mapping.window.zone;
    const at = object.next_payment_attempt ?? object.period_end;
    const when = at ? `, on ${localTime(at, zone)} (${zone})` : "";
    return {
      news: `The next invoice will be about ${amount(object.amount_due, object.currency)}${when}.`,
      lines: links("", {}, mapping), advice: [], forClient: true,
    };
  },
  "invoice.finalized": ({ object, mapping }) => {
    const due = object.due_date ? `, due on ${localTime(object.due_date, mapping.window.zone).slice(0, 10)}` : "";
    return {
      news: `${capital(invoice(object))} over ${amount(object.amount_due, object.currency)} is ready${due}.`,
      lines: links("See it", object, mapping), advice: [], forClient: true,
    };
  },
  "invoice.paid": ({ object, others }) => {
    const failed = others.some((/** @type {any} */ row) => row.type === "invoice.payment_failed");
    if (!failed && !(Number(object.attempt_count) > 1)) return null;
    const sum = amount(object.amount_paid ?? object.amount_due, object.currency);
    return {
      news: `${capital(invoice(object))} over ${sum} is paid, after a payment that failed.`,
      lines: [], advice: [], forClient: true,
    };
  },
  "customer.subscription.updated": ({ event, object, others, mapping }) => {
    if (others.some((/** @type {any} */ row) => row.created > event.created)) return null;
    const before = event.data?.previous_attributes ?? {};
    const changes = [...statusChange(object, before), ...endChange(object, before, mapping.window.zone)];
    if (!changes.length) return null;
    return { news: `Subscription ${shown(object.id)} ${changes.join(" and ")}.`, lines: [], advice: [], forClient: false };
  },
  "customer.subscription.deleted": ({ object }) => ({
    news: `Subscription ${shown(object.id)} has ended.`, lines: [],
    advice: ["Usage after its end is billed to nobody: set the client's `until`."], forClient: false,
  }),
};

/** @param {any} object */
function* afterFailure({ attempt_count: attempt, next_payment_attempt: next, collection_method: method }) {
  if (next || method !== "charge_automatically") return;
  if (Number(attempt) <= 1) {
    yield "No next try after a first failure: Smart Retries look switched off (Stripe: Billing → Revenue recovery → Retries).";
  } else yield "Stripe's tries are used up: write to the client, and decide in Stripe what becomes of the subscription.";
}

/** @param {any} object @param {any} before @returns {string[]} */
function statusChange({ status }, { status: old }) {
  return old !== undefined && old !== status ? [`is ${shown(status)} (was ${shown(old)})`] : [];
}

/** @param {any} object @param {any} before @param {string} zone @returns {string[]} */
function endChange(object, before, zone) {
  if (before.cancel_at_period_end === undefined && before.cancel_at === undefined) return [];
  if (!object.cancel_at_period_end && !object.cancel_at) return ["goes on: its end was taken back"];
  const at = object.cancel_at ?? object.items?.data?.[0]?.current_period_end;
  return [at ? `will end on ${localTime(at, zone)} (${zone})` : "will end with its period"];
}

/** @param {any} object */
function invoice({ number, id }) {
  return `invoice ${shown(number ?? id)}`;
}

/** @param {string} words @param {any} object @param {any} mapping */
function links(words, object, mapping) {
  const own = link(object.hosted_invoice_url);
  const portal = link(mapping.portal);
  return [...(own ? [`${words}: ${own}`] : []), ...(portal ? [`Invoices and payment methods: ${portal}`] : [])];
}

/** @param {unknown} number */
function whole(number) {
  return shown(String(number ?? 0).replace(/\..*$/, "").replace(/\B(?=(\d{3})+$)/g, ","));
}

/** @param {string} text */
function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
