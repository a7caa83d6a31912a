"use strict";
/*
 * The nodes that metering uses, as far as it uses them: (parameters, items of each input, where it stands) → outputs.
 * A setting that is not played here is `Unknown`: it is never passed over.
 */

const { resolve } = require("./expressions.js");
const { Refusal, Unknown, only } = require("./refusal.js");
const sandbox = require("./sandbox.js");

const CAST = { string: String, number: Number, boolean: Boolean };

const NODES = {
  "n8n-nodes-base.noOp@1": (_, [items]) => [items],
  "n8n-nodes-base.merge@3": merge,
  "n8n-nodes-base.set@3.4": set,
  "n8n-nodes-base.code@2": code,
  "n8n-nodes-base.if@2.2": choose,
  "n8n-nodes-base.switch@3.2": divide,
  "n8n-nodes-base.splitOut@1": splitOut,
  "n8n-nodes-base.splitInBatches@3": eachBatch,
  "n8n-nodes-base.wait@1.1": wait,
  "n8n-nodes-base.httpRequest@4.2": ask,
  "n8n-nodes-base.executeWorkflow@1.2": child,
  "n8n-nodes-base.stopAndError@1": stop,
  "n8n-nodes-base.slack@2.3": tellSlack,
  "n8n-nodes-base.dataTable@1": mark,
};

function merge({ mode = "append", ...rest }, inputs, { node }) {
  only(rest, ["numberInputs"], node.name);
  if (mode !== "append") throw new Unknown(`${node.name}: mode ${mode}`);
  return [inputs.flat()];
}

function set(parameters, [items], here) {
  only(parameters, ["mode", "jsonOutput", "includeOtherFields", "assignments", "options"], here.node.name);
  only(parameters.options, [], here.node.name);
  return [items.map((item) => ({ json: assigned(parameters, item, here) }))];
}

function assigned({ mode, jsonOutput, includeOtherFields, assignments }, item, here) {
  const scope = here.scope(item);
  const others = includeOtherFields ? item.json : {};
  if (mode === "raw") return { ...others, ...object(resolve(jsonOutput, scope)) };
  const named = assignments.assignments.map(({ name, value, type }) => [name, typed(resolve(value, scope), type, here)]);
  return { ...others, ...Object.fromEntries(named) };
}

function object(value) {
  try {
    return typeof value === "object" ? value : JSON.parse(value);
  } catch {
    throw new Refusal("The JSON is not valid");
  }
}

function typed(value, type, { node }) {
  if (!CAST[type]) throw new Unknown(`${node.name}: type ${type}`);
  return CAST[type](value);
}

async function code(parameters, [items], here) {
  only(parameters, ["jsCode", "language", "mode"], here.node.name);
  if ((parameters.language ?? "javaScript") !== "javaScript") throw new Unknown(`${here.node.name}: language`);
  if ((parameters.mode ?? "runOnceForAllItems") !== "runOnceForAllItems") throw new Unknown(`${here.node.name}: mode`);
  const given = await sandbox.run(`return (async () => {\n${parameters.jsCode}\n})();`, here.scope(items[0]));
  if (!Array.isArray(given) || given.some((item) => typeof item?.json !== "object")) {
    throw new Refusal("Code doesn't return items properly");
  }
  return [given];
}

function choose(parameters, [items], here) {
  only(parameters, ["conditions", "options"], here.node.name);
  only(parameters.options, [], here.node.name);
  const yes = items.map((item) => holds(parameters.conditions, item, here));
  return [items.filter((_, at) => yes[at]), items.filter((_, at) => !yes[at])];
}

function divide(parameters, [items], here) {
  only(parameters, ["mode", "rules", "options"], here.node.name);
  only(parameters.options, [], here.node.name);
  if ((parameters.mode ?? "rules") !== "rules") throw new Unknown(`${here.node.name}: mode ${parameters.mode}`);
  const rules = parameters.rules.values;
  const places = items.map((item) => rules.findIndex((rule) => holds(rule.conditions, item, here)));
  return rules.map((_, place) => items.filter((_item, at) => places[at] === place));
}

function holds({ options, combinator, conditions }, item, here) {
  only(options, ["caseSensitive", "leftValue", "typeValidation", "version"], here.node.name);
  if (options.typeValidation !== "strict" || options.caseSensitive === false) throw new Unknown(`${here.node.name}: options`);
  const scope = here.scope(item);
  const held = conditions.map((one) => compared(one, resolve(one.leftValue, scope), resolve(one.rightValue, scope), here));
  return combinator === "or" ? held.some(Boolean) : held.every(Boolean);
}

const COMPARE = {
  "string equals": (left, right) => left === right,
  "string notEquals": (left, right) => left !== right,
  "number equals": (left, right) => left === right,
  "number gt": (left, right) => left > right,
  "number lt": (left, right) => left < right,
  "boolean equals": (left, right) => left === right,
  "boolean true": (left) => left,
  "boolean false": (left) => !left,
};

function compared({ operator }, left, right, { node }) {
  const compare = COMPARE[`${operator.type} ${operator.operation}`];
  if (!compare) throw new Unknown(`${node.name}: ${operator.type} ${operator.operation}`);
  for (const value of operator.singleValue ? [left] : [left, right]) {
    if (value !== undefined && value !== null && typeof value !== operator.type) {
      throw new Refusal(`Wrong type: '${value}' is a ${typeof value} but was expecting a ${operator.type}`);
    }
  }
  return compare(left, right);
}

function splitOut({ fieldToSplitOut, ...rest }, [items], { node }) {
  only(rest, ["options"], node.name);
  only(rest.options, [], node.name);
  return [items.flatMap((item) => (item.json[fieldToSplitOut] ?? []).map((json) => ({ json })))];
}

function eachBatch({ batchSize = 1, options, ...rest }, [items], here) {
  only(rest, [], here.node.name);
  only(options, [], here.node.name);
  const state = here.held(() => ({ left: null, back: [] }));
  if (state.left === null) state.left = [...items];
  else state.back.push(...items);
  const batch = state.left.splice(0, batchSize);
  return batch.length ? [[], batch] : [state.back, []];
}

async function wait(parameters, [items], here) {
  only(parameters, ["resume", "amount", "unit"], here.node.name);
  if ((parameters.resume ?? "timeInterval") !== "timeInterval") throw new Unknown(`${here.node.name}: resume`);
  if (parameters.unit !== "seconds") throw new Unknown(`${here.node.name}: unit ${parameters.unit}`);
  const seconds = Number(resolve(parameters.amount, here.scope(items[0])));
  if (!(seconds >= 0)) throw new Refusal("The wait amount must be a number greater than or equal to zero");
  await here.service.wait(seconds);
  return [items];
}

/* ------------------------------------------------------------------------------------------------- the world */

const ASKED = [
  "method", "url", "authentication", "genericAuthType", "sendQuery", "specifyQuery", "queryParameters", "sendHeaders",
  "specifyHeaders", "headerParameters", "sendBody", "contentType", "specifyBody", "jsonBody", "options",
]; // prettier-ignore

async function ask(parameters, [items], here) {
  only(parameters, ASKED, here.node.name);
  const { batching, response, redirect, timeout, ...rest } = parameters.options ?? {};
  only(rest, [], here.node.name);
  const wanted = { fullResponse: true, neverError: true, responseFormat: "text" };
  for (const [name, value] of Object.entries(wanted)) {
    if (response?.response?.[name] !== value) throw new Unknown(`${here.node.name}: ${name}`);
  }
  if (redirect?.redirect?.followRedirects !== false) throw new Unknown(`${here.node.name}: redirects`);
  const { batchSize = -1, batchInterval = 0 } = batching?.batch ?? {};
  const size = batchSize > 0 && batchInterval > 0 ? batchSize : items.length;
  const found = [];
  for (let from = 0; from < items.length; from += size) {
    if (from) await here.service.wait(batchInterval / 1000);
    const batch = items.slice(from, from + size).map((item) => answered(parameters, item, here, timeout));
    found.push(...(await Promise.all(batch)));
  }
  return [found];
}

async function answered(parameters, item, here, timeout = 300_000) {
  try {
    const answer = await here.service.http({ ...request(parameters, item, here), patience: timeout / 1000 });
    if (!answer.code) return { json: answer };
    const error = new Refusal(answer.message);
    error.code = answer.code;
    throw error;
  } catch (error) {
    if (!(error instanceof Refusal) || here.node.onError !== "continueRegularOutput") throw error;
    return { json: { error: { message: error.message, ...(error.code ? { code: error.code } : {}) } } };
  }
}

function request(parameters, item, here) {
  const scope = here.scope(item);
  const pairs = (rows) => (rows?.parameters ?? []).map(({ name, value }) => [name, String(resolve(value, scope) ?? "")]);
  const asked = { method: parameters.method ?? "GET", url: String(resolve(parameters.url, scope)), headers: {} };
  if (parameters.sendQuery) asked.query = pairs(parameters.queryParameters);
  if (parameters.sendHeaders) {
    for (const [name, value] of pairs(parameters.headerParameters)) asked.headers[name.toLowerCase()] = value;
  }
  if (parameters.sendBody) {
    if (parameters.contentType !== "json" || parameters.specifyBody !== "json") throw new Unknown(`${here.node.name}: body`);
    asked.body = JSON.stringify(object(resolve(parameters.jsonBody, scope)));
    asked.headers["content-type"] = "application/json";
  }
  if (!/^https?:\/\//.test(asked.url)) throw new Refusal(`Invalid URL: ${asked.url}`);
  return { ...asked, credential: credential(parameters, here) };
}

function credential({ authentication = "none", genericAuthType }, { node }) {
  if (authentication === "none") return null;
  if (authentication !== "genericCredentialType" || genericAuthType !== "httpHeaderAuth") {
    throw new Unknown(`${node.name}: authentication`);
  }
  const chosen = node.credentials?.[genericAuthType];
  if (!chosen) throw new Refusal("Credentials not found");
  return { kind: genericAuthType, ...chosen };
}

async function tellSlack(parameters, [items], here) {
  const { select, channelId, text, messageType = "text", operation, resource, authentication, otherOptions, ...rest } = parameters;
  only(rest, [], here.node.name);
  only(otherOptions, ["includeLinkToWorkflow", "mrkdwn"], here.node.name);
  const way = [authentication, resource, operation, select, messageType, channelId.mode].join(" ");
  if (way !== "accessToken message post channel text id") throw new Unknown(`${here.node.name}: ${way}`);
  const found = [];
  for (const item of items) {
    const scope = here.scope(item);
    const body = { channel: resolve(channelId.value, scope), text: resolve(text, scope) };
    found.push(await posted(body, here));
  }
  return [found];
}

async function posted(body, here) {
  const chosen = here.node.credentials?.slackApi;
  if (!chosen) throw new Refusal("Credentials not found");
  const answer = await here.service.http({
    method: "POST",
    url: "https://slack.com/api/chat.postMessage",
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(body),
    credential: { kind: "slackApi", ...chosen },
    patience: 300,
  });
  if (answer.code) throw new Refusal(answer.message);
  if (answer.statusCode >= 400) throw new Refusal(`Request failed with status code ${answer.statusCode}`);
  const data = object(answer.data);
  if (data.ok !== true) throw new Refusal(`Slack error response: ${JSON.stringify(data.error)}`);
  return { json: data };
}

async function child(parameters, [items], here) {
  const { source, workflowId, workflowInputs, mode, options, ...rest } = parameters;
  only(rest, [], here.node.name);
  only(workflowInputs, ["mappingMode", "value"], here.node.name);
  const way = [source, workflowId.mode, mode, options?.waitForSubWorkflow].join(" ");
  if (way !== "database id once true") throw new Unknown(`${here.node.name}: ${way}`);
  return [JSON.parse(await here.service.child(resolve(workflowId.value, here.scope(items[0])), items))];
}

function stop({ errorMessage, ...rest }, [items], here) {
  only(rest, ["errorType"], here.node.name);
  throw new Refusal(String(resolve(errorMessage, here.scope(items[0]))));
}

/** A note for the workflow that watches over runs: metering never reads it. */
function mark({ resource, operation, columns }, [items], here) {
  if (`${resource} ${operation}` !== "row upsert") throw new Unknown(`${here.node.name}: ${resource} ${operation}`);
  return [items.map((item) => ({ json: resolve(columns.value, here.scope(item)) }))];
}

module.exports = { NODES };
