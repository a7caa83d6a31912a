// @ts-check
/*
 * The state of the sheet → one month: rates, lines, totals. Pure; the page only shows what comes out.
 */

/**
 * @typedef {{ costs: Record<string, Decimal>, markups: Record<string, Decimal>, part: bigint, name: string }} Model
 * @typedef {{ mode: string, meter: string, currency: string, minor: number, credit: Decimal | null, markup: Decimal,
 *             volume: bigint, percent: Record<string, bigint>, free: bigint, models: Model[] }} State
 * @typedef {{ lines: Line[], charge: Decimal, cost: Decimal }} Month Charge in whole minor units, cost exact in minor units.
 */

/** @param {State} state @returns {Rate[]} */
function makeRates(state) {
  return state.models.flatMap((model) =>
    TYPES.filter((type) => model.costs[type]).map((type) =>
      makeRate(model.name, type, model.costs[type], model.markups[type] ?? state.markup, state.minor),
    ),
  );
}

/** @param {State} state @param {bigint} volume @returns {Month} */
function makeMonth(state, volume) {
  const rates = makeRates(state);
  const shares = share(volume, state.models.map((model) => model.part));
  const counts = state.models.map((model, at) => split(shares[at], state.percent, Object.keys(model.costs)));
  const weighted = state.mode === "weighted";
  const lines = rates.map((rate) => {
    const tokens = counts[state.models.findIndex((model) => model.name === rate.model)][rate.type];
    return makeLine(rate, tokens, weighted ? 0n : state.free);
  });
  const sum = (/** @type {(line: Line) => Decimal} */ of) => lines.reduce((all, line) => plus(all, of(line)), ZERO);
  const charge = weighted ? weightedCharge(rates, lines.map((line) => line.tokens)) : sum((line) => line.charge);
  return { lines, charge, cost: sum((line) => line.cost) };
}

/** @param {State} state @returns {{ rows: StripeRow[], credit: Decimal | null }} */
function stripeRows(state) {
  const rates = makeRates(state);
  const credit = state.mode === "weighted" ? (state.credit ?? commonCredit(rates)) : null;
  return { credit, rows: rates.map((rate) => stripeRow(state, rate, credit)) };
}

/** @typedef {{ event: string, model: string, type: string, amount: string, text: string, price: Record<string, unknown> }} StripeRow */

/** @param {State} state @param {Rate} rate @param {Decimal | null} credit @returns {StripeRow} */
function stripeRow(state, rate, credit) {
  const event = eventName(state.mode, state.meter, rate.model, rate.type);
  const whole = credit && weight(rate.rate, credit);
  const amount = credit ? (whole === null ? "no whole weight" : String(whole)) : plain(rate.rate);
  const named = { event_name: event, model: rate.model, token_type: rate.type };
  const price = credit ? { ...named, weight: amount } : { ...named, price: stripePrice(rate.rate, state.free, state.currency) };
  return { event, model: rate.model, type: rate.type, amount, text: amount, price };
}

/** @param {State} state @returns {unknown} Everything for Stripe, as one value. */
function stripeValues(state) {
  const { rows, credit } = stripeRows(state);
  if (!credit) return rows.map((row) => row.price);
  return { event_name: eventName("weighted", state.meter, "", ""), price: stripePrice(credit, 0n, state.currency), weights: rows.map((row) => row.price) };
}
