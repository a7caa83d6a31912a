// @ts-check
/*
 * The page: fields in, figures out. All arithmetic is in decimal.js, rates.js and month.js.
 */

const VOLUMES = [5, 6, 7, 8, 9].flatMap((power) => [1, 1.25, 1.5, 2, 2.5, 3, 4, 6].map((step) => BigInt(step * 100) * 10n ** BigInt(power - 2)));
VOLUMES.push(10n ** 10n);
const NAMES = { input: "input", cached_input: "cached input", cached_write: "cache write", output: "output" };
const STEPS = 20;

/**
 * @typedef {{ name: string, mode: string, meter: string, currency: string, sign: string, minor: number, credit: string | null, markup: string,
 *   shaped: boolean, volume: string, percent: Record<string, string>, free: string, retainer: string, models: Chosen[],
 *   catalogue: Record<string, Record<string, string>>, aliases: Record<string, string> }} Given
 */

/** @type {Given} */ let given;
/** @type {(Chosen & { part: string })[]} */ let chosen;

/** @param {string} id @returns {any} */
function at(id) {
  return document.getElementById(id);
}

/** @param {string} name @param {Record<string, unknown>} [properties] @param {(Node | string)[]} [inside] @returns {any} */
function make(name, properties = {}, inside = []) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role" || key === "scope") element.setAttribute(key, String(value));
    else Object.assign(element, { [key]: value });
  }
  element.append(...inside);
  return element;
}

function start() {
  given = JSON.parse(at("data").textContent);
  chosen = given.models.map((model) => ({ ...model, part: "1" }));
  for (const id of ["markup", "volume", "free", "retainer"]) at(id).value = grouped(given[id]);
  for (const type of TYPES.slice(0, 3)) at(`part-${type}`).value = given.percent[type];
  document.querySelector(`input[name=mode][value=${given.mode}]`)?.setAttribute("checked", "");
  at("known-models").append(...Object.keys(given.catalogue).map((value) => make("option", { value })));
  at("per-thousand").textContent = given.minor === 100 ? "cents / 1,000" : "minor units / 1,000";
  document.addEventListener("input", onInput);
  addEventListener("resize", update);
  at("add").addEventListener("click", addModel);
  at("new-model").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && addModel());
  showModels();
  placeSliders();
  update();
}

/** @param {Event} event */
function onInput(event) {
  const field = /** @type {HTMLInputElement} */ (event.target);
  if (field.id === "markup-range") at("markup").value = plain({ whole: BigInt(field.value) * 5n, places: 2 });
  if (field.id === "volume-range") at("volume").value = grouped(String(VOLUMES[Number(field.value)]));
  if (field.id === "markup" || field.id === "volume") placeSliders();
  const { model, type, what } = field.dataset;
  if (model && what === "part") chosen[Number(model)].part = field.value;
  else if (model && type && what) chosen[Number(model)][what][type] = field.value;
  update();
}

function placeSliders() {
  const markup = parseDecimal(at("markup").value);
  if (markup) at("markup-range").value = plain(roundTo(times(markup, wholeNumber(20)), 0));
  const volume = parseCount(at("volume").value);
  if (volume !== null) at("volume-range").value = String(Math.max(0, VOLUMES.findLastIndex((step) => step <= volume)));
}

function addModel() {
  const name = at("new-model").value.trim();
  const model = given.aliases[name] ?? name;
  if (!model || chosen.some((other) => other.name === model)) return;
  chosen.push({ name: model, aliases: [], since: "", costs: { ...given.catalogue[model] }, markups: {}, part: "1" });
  at("new-model").value = "";
  showModels();
  update();
  document.querySelector(`[data-model="${chosen.length - 1}"][data-what=costs]`)?.focus();
}

/** @param {number} index */
function removeModel(index) {
  chosen.splice(index, 1);
  showModels();
  update();
  at("new-model").focus();
}

function showModels() {
  const table = at("models");
  table.querySelectorAll("tbody").forEach((/** @type {Element} */ body) => body.remove());
  table.append(...chosen.map((model, index) => make("tbody", { role: "rowgroup" }, [titleRow(model, index), ...TYPES.map((type) => pairRow(model, index, type))])));
}

/** @param {Chosen & { part: string }} model @param {number} index @returns {any} */
function titleRow(model, index) {
  const id = `part-of-${index}`;
  const part = make("input", { id, type: "text", inputMode: "numeric", className: "num", value: model.part, autocomplete: "off", "data-model": index, "data-what": "part" });
  const share = make("span", { className: "share" }, [make("label", { htmlFor: id }, ["parts of the tokens"]), part]);
  const remove = make("button", { type: "button", className: "quiet", "aria-label": `Remove ${model.name}`, onclick: () => removeModel(index) }, ["Remove"]);
  const cell = make("th", { role: "rowheader", colSpan: 7, scope: "rowgroup" }, [make("div", {}, [make("code", {}, [model.name]), share, remove])]);
  return make("tr", { role: "row", className: "title" }, [cell]);
}

/** @param {Chosen} model @param {number} index @param {string} type @returns {any} */
function pairRow(model, index, type) {
  const named = `${model.name} ${NAMES[type]}`;
  const field = (/** @type {string} */ what, /** @type {string} */ words, /** @type {string} */ value) =>
    make("input", { type: "text", inputMode: "decimal", className: "num", value, placeholder: "–", autocomplete: "off", "aria-label": `${words}, ${named}`, "data-model": index, "data-type": type, "data-what": what });
  const cell = (/** @type {string} */ head, /** @type {string} */ className, /** @type {Node[]} */ inside) => make("td", { role: "cell", className, "data-head": head }, inside);
  const shown = ["per-thousand", "per-million", "tokens", "month"].map((what) => cell(what === "per-thousand" ? at("per-thousand").textContent : { "per-million": "rate / 1M", tokens: "tokens", month: "month" }[what] ?? "", `num ${what}`, []));
  return make("tr", { role: "row", className: "pair", id: `pair-${index}-${type}` }, [
    make("th", { role: "rowheader", scope: "row" }, [NAMES[type]]),
    cell("cost / 1M", "num", [field("costs", "Cost per million", model.costs[type] ?? "")]),
    cell("markup", "num own", [field("markups", "Own markup", model.markups[type] ?? "")]),
    ...shown,
  ]);
}

/** Read a field; a wrong one is marked and the value before it holds. @template T @param {HTMLInputElement} field
 *  @param {(text: string) => T | null} parse @param {T} otherwise @returns {T} */
function read(field, parse, otherwise) {
  const value = parse(field.value);
  field.setAttribute("aria-invalid", String(value === null && field.value.trim() !== ""));
  return value ?? otherwise;
}

/** @param {string} text @returns {Decimal | null} */
function notNegative(text) {
  const value = parseDecimal(text);
  return value && value.whole >= 0n ? value : null;
}

/** @returns {State} */
function readState() {
  const percent = readPercent();
  const models = chosen.map((model, index) => ({
    name: model.name,
    part: read(at(`part-of-${index}`), parseCount, 0n),
    costs: readTypes(index, "costs"),
    markups: readTypes(index, "markups"),
  }));
  return {
    mode: /** @type {any} */ (document.querySelector("input[name=mode]:checked")).value,
    meter: given.meter,
    currency: given.currency,
    minor: given.minor,
    credit: given.credit ? parseDecimal(given.credit) : null,
    markup: read(at("markup"), notNegative, ZERO),
    volume: read(at("volume"), parseCount, 0n),
    free: read(at("free"), parseCount, 0n),
    percent,
    models,
  };
}

/** @param {number} index @param {string} what @returns {Record<string, Decimal>} */
function readTypes(index, what) {
  const fields = [...document.querySelectorAll(`[data-model="${index}"][data-what=${what}]`)];
  const read_ = fields.map((field) => [field.dataset.type, read(field, notNegative, null)]);
  return Object.fromEntries(read_.filter(([, value]) => value));
}

/** @returns {Record<string, bigint>} Output takes what the others leave. */
function readPercent() {
  const parts = TYPES.slice(0, 3).map((type) => read(at(`part-${type}`), parseCount, 0n));
  const left = 100n - parts.reduce((a, b) => a + b, 0n);
  if (left < 0n) TYPES.slice(0, 3).forEach((type) => at(`part-${type}`).setAttribute("aria-invalid", "true"));
  at("part-output").textContent = left < 0n ? "–" : String(left);
  return { input: parts[0], cached_input: parts[1], cached_write: parts[2], output: left < 0n ? 0n : left };
}

/** @param {Decimal} amount Minor units. @returns {string} Rounded once, half up. */
function money(amount) {
  const places = String(given.minor).length - 1;
  const whole = roundTo(amount, 0);
  if (!whole.whole && amount.whole > 0n) return `< ${given.sign}${fixed({ whole: 1n, places })}`;
  const text = grouped(fixed({ whole: whole.whole < 0n ? -whole.whole : whole.whole, places }));
  return `${whole.whole < 0n ? "−" : ""}${given.sign}${text}`;
}

/** @param {Decimal} part @param {Decimal} all @returns {string} */
function percentOf(part, all) {
  return all.whole ? `${fixed(divide(shift(part, 2), all, 2)).replace("-", "−")} %` : "–";
}

function update() {
  const state = readState();
  const month = makeMonth(state, state.volume);
  const cost = roundTo(month.cost, 0);
  at("revenue").textContent = money(month.charge);
  at("cost").textContent = money(month.cost);
  at("margin").textContent = money(minus(month.charge, cost));
  at("percent").textContent = percentOf(minus(month.charge, cost), month.charge);
  showRates(month, state);
  showNotes(state, month);
  const flat = shift(times(read(at("retainer"), notNegative, ZERO), wholeNumber(given.minor)), 0);
  at("flat-key").hidden = flat.whole <= 0n;
  at("retainer-hint").textContent = flat.whole > 0n ? `Tokens would be ${percentOf(month.cost, flat)} of it.` : "What the client pays a month, to compare.";
  const points = Array.from({ length: STEPS + 1 }, (_, step) => (state.volume * 2n * BigInt(step)) / BigInt(STEPS));
  at("chart").replaceChildren(drawChart(points.map((tokens) => ({ tokens, ...makeMonth(state, tokens) })), flat, money, Math.max(280, at("chart").clientWidth)));
  showStripe(state);
  const model = (/** @type {Chosen} */ { part, ...rest }) => ({ ...rest, costs: typed(rest.costs), markups: typed(rest.markups) });
  at("snippet").textContent = mappingSnippet({ markup: plain(state.markup), free: String(state.mode === "weighted" ? 0n : state.free), models: chosen.map(model) }, given.catalogue);
}

/** @param {Record<string, string>} texts @returns {Record<string, string>} What can be read of it, written plainly. */
function typed(texts) {
  const read_ = Object.entries(texts).map(([type, text]) => [type, notNegative(text)]);
  return Object.fromEntries(read_.filter(([, value]) => value).map(([type, value]) => [type, plain(value)]));
}

/** @param {Month} month @param {State} state */
function showRates(month, state) {
  const perMillionPlaces = (/** @type {Decimal} */ rate) => grouped(plain(perMillion(rate, given.minor)));
  state.models.forEach((model, index) => {
    for (const type of TYPES) {
      const row = at(`pair-${index}-${type}`);
      const line = month.lines.find((found) => found.rate.model === model.name && found.rate.type === type);
      const texts = line
        ? [grouped(plain(shift(line.rate.rate, 3))), perMillionPlaces(line.rate.rate), grouped(String(line.tokens)), money(state.mode === "weighted" ? times(line.rate.rate, wholeNumber(line.tokens)) : line.charge)]
        : ["", "", "", ""];
      row.classList.toggle("off", !line);
      [".per-thousand", ".per-million", ".tokens", ".month"].forEach((name, number) => (row.querySelector(name).textContent = texts[number]));
      row.querySelector("[data-what=markups]").placeholder = line ? plain(state.markup) : "–";
    }
  });
}

/** @param {State} state @param {Month} month */
function showNotes(state, month) {
  const low = compare(state.markup, wholeNumber(2)) < 0;
  at("markup-note").hidden = !low;
  at("markup-note").textContent = low ? "Below 2× little is left after free tokens, Stripe's fees and price changes." : "";
  const rounded = month.lines.filter(({ rate }) => compare(rate.rate, rate.exact) !== 0).length;
  const many = state.mode === "meter_per_rate" && month.lines.length > 20 ? ` ${month.lines.length} prices; one subscription takes 20.` : "";
  const words = { meter_per_rate: "One meter and one price for each row.", dimensions: "One meter; every event carries model and token_type. Needs Stripe's preview.", weighted: "One meter and one price; an event's value is the sum of tokens × weight." }[state.mode];
  at("stripe-words").textContent = `${words}${many}${rounded ? ` ${rounded} rates are rounded to 12 places.` : ""}`;
  at("free-hint").textContent = state.mode === "weighted" ? "Not counted here: credits know no token type." : "Per price and month, as the first tier.";
  if (given.shaped) at("free-hint").textContent += " The mapping's steps, credits and terms of its models and clients are not counted here: margin and preview know them.";
}

/** @param {State} state */
function showStripe(state) {
  const { rows, credit } = stripeRows(state);
  at("amount-head").textContent = credit ? "weight" : "unit_amount_decimal";
  const copy = (/** @type {string} */ text) => make("button", { type: "button", className: "value", "data-copy": text, "aria-label": `Copy ${text}` }, [text]);
  const row = (/** @type {StripeRow} */ { event, model, type, amount, price }) =>
    make("tr", {}, [
      ...[event, model, type].map((text) => make("td", {}, [copy(text)])),
      make("td", { className: "num" }, [copy(amount)]),
      make("td", { className: "num" }, [make("button", { type: "button", className: "quiet", "data-copy": JSON.stringify(price, null, 2), "aria-label": `Copy the price of ${model} ${type} as JSON` }, ["JSON"])]),
    ]);
  at("stripe").replaceChildren(...rows.map(row));
  if (credit) at("stripe-words").textContent += ` A credit is worth ${plain(credit)} minor units: unit_amount_decimal ${plain(credit)}.`;
  at("stripe-json").textContent = JSON.stringify(stripeValues(state), null, 2);
}

if (typeof document !== "undefined") start();
