// @ts-check
/*
 * The part of a mapping that says what the sheet shows, as YAML: only what differs from the catalogue is written.
 */

/**
 * @typedef {{ name: string, since?: string }} Alias
 * @typedef {{ name: string, aliases: Alias[], since: string, costs: Record<string, string>, markups: Record<string, string> }} Chosen
 *   Costs and markups as typed, by token type; empty: none, or the sheet's markup.
 */

/** @param {{ markup: string, free: string, models: Chosen[] }} choice
 *  @param {Record<string, Record<string, string>>} catalogue @returns {string} */
function mappingSnippet(choice, catalogue) {
  const free = choice.free === "0" ? [] : ["pricing:", `  free_tokens: ${choice.free}`];
  const models = choice.models.flatMap((model) => modelLines(model, catalogue[model.name] ?? {}));
  return [`markup: ${choice.markup}`, ...free, "models:", ...models, ""].join("\n");
}

/** @param {Chosen} model @param {Record<string, string>} known @returns {string[]} */
function modelLines(model, known) {
  const priced = TYPES.filter((type) => model.costs[type]);
  const own = priced.filter((type) => !sameNumber(model.costs[type], known[type]));
  const left = Object.keys(known).some((type) => !model.costs[type]);
  const lines = [
    model.aliases.length ? `aliases: [${model.aliases.map(aliasText).join(", ")}]` : "",
    model.since ? `since: ${model.since}` : "",
    own.length ? `cost: {${own.map((type) => `${type}: ${model.costs[type]}`).join(", ")}}` : "",
    markupLine(model, priced),
    left && priced.length ? `token_types: [${priced.join(", ")}]` : "",
  ];
  return [`  ${scalar(model.name)}:`, ...lines.filter(Boolean).map((line) => `    ${line}`)];
}

/** @param {Chosen} model @param {string[]} priced @returns {string} */
function markupLine(model, priced) {
  const own = priced.filter((type) => model.markups[type]);
  if (!own.length) return "";
  const values = new Set(priced.map((type) => model.markups[type] ?? ""));
  if (values.size === 1) return `markup: ${model.markups[own[0]]}`;
  return `markup: {${own.map((type) => `${type}: ${model.markups[type]}`).join(", ")}}`;
}

/** @param {string} a @param {string | undefined} b @returns {boolean} */
function sameNumber(a, b) {
  const [left, right] = [parseDecimal(a), parseDecimal(b ?? "")];
  return left !== null && right !== null && compare(left, right) === 0;
}

/** @param {Alias} alias @returns {string} */
function aliasText({ name, since }) {
  return since ? `{name: ${scalar(name)}, since: ${since}}` : scalar(name);
}

/** @param {string} text @returns {string} Plain where YAML reads it back as the same text, else quoted. */
function scalar(text) {
  const word = /^[A-Za-z][A-Za-z0-9_./-]*$/.test(text);
  return word && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(text) ? text : JSON.stringify(text);
}
