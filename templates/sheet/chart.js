// @ts-check
/*
 * The chart: invoice and cost as usage grows, up to twice the chosen volume. Binary fractions only place pixels here.
 */

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 260;
const LEFT = 64;
const BOTTOM = 28;

/** @typedef {{ tokens: bigint, charge: Decimal, cost: Decimal }} Point Amounts in minor units. */

/** @param {Point[]} points From 0 to twice the volume. @param {Decimal} flat The flat fee. @param {(amount: Decimal) => string} money
 *  @param {number} width Of the place it gets, so that its words keep their size. @returns {SVGElement} */
function drawChart(points, flat, money, width) {
  const amounts = points.flatMap((point) => [pixels(point.charge), pixels(point.cost)]);
  const top = niceTop(Math.max(...amounts, pixels(flat), 1));
  const x = (/** @type {number} */ at) => LEFT + ((width - LEFT - 12) * at) / (points.length - 1);
  const y = (/** @type {number} */ amount) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - 16) * amount) / top;
  const along = (/** @type {(point: Point) => Decimal} */ of) => points.map((point, at) => `${x(at)},${y(pixels(of(point)))}`);
  const [charge, cost] = [along((point) => point.charge), along((point) => point.cost)];
  const middle = (points.length - 1) / 2;
  const here = points[middle];
  const svg = shape("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": chartWords(points, money) });
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    svg.append(shape("line", { x1: LEFT, x2: width - 12, y1: y(top * part), y2: y(top * part), stroke: "var(--line)" }));
    svg.append(label(LEFT - 10, y(top * part) + 4, axisMoney(top * part, money), "end"));
  }
  svg.append(shape("polygon", { points: [...charge, ...cost.reverse()].join(" "), fill: "var(--accent)", "fill-opacity": 0.1 }));
  if (flat.whole > 0n) {
    const line = { x1: LEFT, x2: width - 12, y1: y(pixels(flat)), y2: y(pixels(flat)), "stroke-dasharray": "3 5" };
    svg.append(shape("line", { ...line, stroke: "var(--soft)", "stroke-width": 1.5 }));
  }
  svg.append(curve(charge, "var(--accent)"), curve(cost, "var(--cost)"));
  svg.append(shape("line", { x1: x(middle), x2: x(middle), y1: 16, y2: HEIGHT - BOTTOM, stroke: "var(--field)", "stroke-dasharray": "2 3" }));
  for (const [amount, colour] of [[here.charge, "var(--accent)"], [here.cost, "var(--cost)"]]) {
    svg.append(shape("circle", { cx: x(middle), cy: y(pixels(amount)), r: 5, fill: colour, stroke: "var(--card)", "stroke-width": 2 }));
  }
  for (const [at, anchor] of [[0, "start"], [middle, "middle"], [points.length - 1, "end"]]) {
    svg.append(label(x(Number(at)), HEIGHT - 8, shortCount(points[Number(at)].tokens), String(anchor)));
  }
  return svg;
}

/** @param {Point[]} points @param {(amount: Decimal) => string} money @returns {string} The chart in one sentence. */
function chartWords(points, money) {
  const [here, last] = [points[(points.length - 1) / 2], points[points.length - 1]];
  const words = (/** @type {Point} */ point) => `${shortCount(point.tokens)} tokens: invoice ${money(point.charge)}, cost ${money(point.cost)}`;
  return `${words(here)}. ${words(last)}.`;
}

/** @param {string} name @param {Record<string, string | number>} attributes @returns {SVGElement} */
function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return /** @type {SVGElement} */ (element);
}

/** @param {string[]} points @param {string} colour @returns {SVGElement} */
function curve(points, colour) {
  return shape("polyline", { points: points.join(" "), fill: "none", stroke: colour, "stroke-width": 2.5, "stroke-linejoin": "round" });
}

/** @param {number} x @param {number} y @param {string} words @param {string} anchor @returns {SVGElement} */
function label(x, y, words, anchor) {
  const element = shape("text", { x, y, "text-anchor": anchor });
  element.textContent = words;
  return element;
}

/** @param {Decimal} amount @returns {number} */
function pixels(amount) {
  return Number(fixed(amount));
}

/** @param {number} most @returns {number} The next round number, so that a quarter of it is round as well. */
function niceTop(most) {
  const unit = 10 ** Math.floor(Math.log10(most));
  return unit * ([1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].find((step) => step * unit >= most) ?? 10);
}

/** @param {number} amount Minor units. @param {(amount: Decimal) => string} money @returns {string} */
function axisMoney(amount, money) {
  return money(wholeNumber(Math.round(amount))).replace(/\.0+$/, "");
}

/** @param {bigint} count @returns {string} `1.5M`. */
function shortCount(count) {
  for (const [power, letter] of [[9, "B"], [6, "M"], [3, "k"]]) {
    if (count >= 10n ** BigInt(power)) return `${plain(roundTo(shift(wholeNumber(count), -Number(power)), 2))}${letter}`;
  }
  return String(count);
}
