"use strict";
/*
 * One run of a workflow: which node is next, with what, in the order that n8n calls v1. A branch is followed to its
 * end before the next one begins; of several that begin at once the topmost is first; a node with several inputs waits
 * until each has something.
 */

const { NODES } = require("./nodes.js");
const { Killed, Refusal, Unknown, only } = require("./refusal.js");
const sandbox = require("./sandbox.js");

const ON_NODE = [
  "parameters", "id", "name", "type", "typeVersion", "position", "webhookId", "credentials", "onError", "retryOnFail",
  "maxTries", "waitBetweenTries", "notes", "notesInFlow",
]; // prettier-ignore
const LONGEST_PAUSE_MS = 5000;

class Run {
  /** @param service What a node asks of the world: `http`, `wait`, `child`. */
  constructor(workflow, service) {
    if (workflow.settings?.executionOrder !== "v1") throw new Unknown("settings: executionOrder is not v1");
    this.service = service;
    this.nodes = new Map(workflow.nodes.map((node) => [node.name, node]));
    this.connections = workflow.connections;
    this.inputs = inputs(workflow);
    this.done = new Map();
    this.held = new Map();
    this.stack = [];
    this.waiting = [];
    this.output = "[]";
    for (const node of workflow.nodes) only(node, ON_NODE, node.name);
  }

  /** Start from a trigger with its items; gives the items of the node that ran last, as JSON. */
  start(trigger, items) {
    if (!this.nodes.has(trigger)) throw new Unknown(`no node ${trigger}`);
    this._finish(this.nodes.get(trigger), [JSON.stringify(items)]);
    return this.resume();
  }

  /** Go on, also from the node that failed. */
  async resume() {
    for (let next = this._next(); next; next = this._next()) {
      try {
        this._finish(next.node, await this._tried(next));
      } catch (error) {
        this.stack.unshift(next);
        throw error;
      }
    }
    return this.output;
  }

  /** Everything that the nodes gave, as JSON. */
  trace() {
    const runs = ([name, given]) => `${JSON.stringify(name)}:[${given.map((outputs) => `[${outputs}]`)}]`;
    return `{${[...this.done].map(runs)}}`;
  }

  _next() {
    if (this.stack.length) return this.stack.shift();
    const [first] = this.waiting.splice(0, 1);
    return first && { node: first.node, inputs: first.inputs.map((items) => items ?? "[]") };
  }

  async _tried({ node, inputs }) {
    const tries = node.retryOnFail ? (node.maxTries ?? 3) : 1;
    for (let left = tries; ; left--) {
      try {
        return await this._outputs(node, inputs);
      } catch (error) {
        if (error instanceof Killed || error instanceof Unknown) throw error;
        if (left > 1) await this.service.wait(Math.min(node.waitBetweenTries ?? 1000, LONGEST_PAUSE_MS) / 1000);
        else if (node.onError === "continueRegularOutput") return [JSON.stringify([failed(error)])];
        else throw error;
      }
    }
  }

  async _outputs(node, inputs) {
    const play = NODES[`${node.type}@${node.typeVersion}`];
    if (!play) throw new Unknown(`${node.name}: ${node.type} ${node.typeVersion}`);
    if (node.onError && !["continueRegularOutput", "stopWorkflow"].includes(node.onError)) {
      throw new Unknown(`${node.name}: onError ${node.onError}`);
    }
    const given = inputs.map((items) => JSON.parse(items));
    const outputs = await play(node.parameters, given, new Here(this, node, given));
    return outputs.map((items) => JSON.stringify(items));
  }

  _finish(node, outputs) {
    this.done.set(node.name, [...(this.done.get(node.name) ?? []), outputs]);
    this.output = outputs[0] ?? "[]";
    const begun = [];
    for (const [index, targets] of (this.connections[node.name]?.main ?? []).entries()) {
      if ((outputs[index] ?? "[]") === "[]") continue;
      for (const target of targets ?? []) begun.push({ target, node: this.nodes.get(target.node), items: outputs[index] });
    }
    begun.sort((a, b) => b.node.position[1] - a.node.position[1] || b.node.position[0] - a.node.position[0]);
    for (const one of begun) this._begin(one);
  }

  _begin({ target, node, items }) {
    const count = this.inputs.get(node.name) ?? 1;
    if (count === 1) {
      this.stack.unshift({ node, inputs: [items] });
      return;
    }
    let place = this.waiting.find((one) => one.node === node && one.inputs[target.index] === null);
    if (!place) this.waiting.push((place = { node, inputs: Array(count).fill(null) }));
    place.inputs[target.index] = items;
    if (place.inputs.includes(null)) return;
    this.waiting.splice(this.waiting.indexOf(place), 1);
    this.stack.unshift(place);
  }
}

/** What a node sees from where it stands. */
class Here {
  constructor(run, node, given) {
    this.run = run;
    this.node = node;
    this.given = given[0] ?? [];
    this.service = run.service;
    this.runIndex = run.done.get(node.name)?.length ?? 0;
  }

  /** The names that code and expressions have, for one item. */
  scope(item) {
    const items = this.given;
    const at = item ?? items[0];
    return {
      $: (name) => this._reference(name),
      $input: { all: () => items, first: () => items[0], last: () => items.at(-1), item: at },
      $json: at?.json,
      $runIndex: this.runIndex,
      $execution: { id: "1", mode: "production" },
      $now: moment(sandbox.now()),
    };
  }

  /** What a node keeps from one of its turns to the next. */
  held(fresh) {
    if (!this.run.held.has(this.node.name)) this.run.held.set(this.node.name, fresh());
    return this.run.held.get(this.node.name);
  }

  _reference(name) {
    if (!this.run.nodes.has(name)) throw new Refusal(`Referenced node doesn't exist: ${name}`);
    const runs = this.run.done.get(name);
    const all = (output = 0, run = (runs?.length ?? 0) - 1) => {
      if (!runs) throw new Refusal(`Node '${name}' hasn't been executed`);
      if (!runs[run]) throw new Refusal(`Node '${name}' has no run ${run}`);
      return JSON.parse(runs[run][output] ?? "[]");
    };
    return {
      all,
      first: (output, run) => all(output, run)[0],
      last: (output, run) => all(output, run).at(-1),
      isExecuted: runs !== undefined,
    };
  }
}

function moment(now) {
  const utc = { toISO: () => new Date(now).toISOString(), toMillis: () => now };
  return { ...utc, toUTC: () => utc };
}

function failed(error) {
  return { json: { error: error.message } };
}

function inputs(workflow) {
  const counts = new Map();
  for (const { main } of Object.values(workflow.connections)) {
    for (const { node, index } of (main ?? []).flatMap((targets) => targets ?? [])) {
      counts.set(node, Math.max(counts.get(node) ?? 1, index + 1));
    }
  }
  return counts;
}

module.exports = { Run };
