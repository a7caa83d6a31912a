"use strict";
/*
 * Plays rendered n8n workflows without n8n: their Code nodes and expressions are run as they stand, in the order that
 * the file's connections give. One line of JSON comes in, one goes out, each time when nothing moves by itself any
 * more: what the runs ask of the world, and which of them have ended. See `generator/replay/logic_engine.py`.
 */

const readline = require("node:readline");
const { Killed, Unknown } = require("./refusal.js");
const { Run } = require("./run.js");
const sandbox = require("./sandbox.js");

const CHILD = "n8n-nodes-base.executeWorkflowTrigger";

let workflows = new Map();
let failed = new Map();
let open = new Map();
let out = { asks: [], ended: [] };
let count = 0;

/** Ask the world, and wait for what it says. */
function world(ask) {
  return new Promise((answer, refuse) => {
    count += 1;
    open.set(count, { answer, refuse });
    out.asks.push({ n: count, ...ask });
  });
}

const service = {
  http: (request) => world({ kind: "http", request }),
  wait: (seconds) => world({ kind: "wait", seconds }),
  child: (id, items) => {
    const workflow = named(id);
    const trigger = workflow.nodes.find((node) => node.type === CHILD);
    if (!trigger) throw new Unknown(`${id} has no trigger for a workflow that calls it`);
    return new Run(workflow, service).start(trigger.name, items);
  },
};

function named(id) {
  if (!workflows.has(id)) throw new Unknown(`no workflow ${id}`);
  return workflows.get(id);
}

async function play(id, run, going) {
  const end = { run: id, status: "success", error: "" };
  try {
    await going();
  } catch (error) {
    if (error instanceof Killed) end.status = "killed";
    else if (error instanceof Unknown) end.status = "unknown";
    else {
      end.status = "error";
      failed.set(id, run);
    }
    end.error = error.message;
  }
  out.ended.push({ ...end, trace: run.trace() });
}

const DO = {
  load({ files }) {
    workflows = new Map(files.map((file) => [file.id, file]));
    failed = new Map();
  },
  start({ workflow, runs, seed, now }) {
    sandbox.set(now, seed);
    for (const { id, trigger, items } of runs) {
      const run = new Run(named(workflow), service);
      play(id, run, () => run.start(trigger, items));
    }
  },
  retry({ id, of, now }) {
    sandbox.set(now);
    const run = failed.get(of);
    if (!run) throw new Unknown(`run ${of} has not failed`);
    play(id, run, () => run.resume());
  },
  answer({ answers, now }) {
    sandbox.set(now);
    for (const { n, ...said } of answers) {
      open.get(n).answer(said);
      open.delete(n);
    }
  },
  kill() {
    for (const { refuse } of open.values()) refuse(new Killed("killed"));
    open = new Map();
  },
};

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const asked = JSON.parse(line);
  try {
    DO[asked.do](asked);
  } catch (error) {
    if (!(error instanceof Unknown)) throw error;
    out.ended.push({ run: asked.id ?? 0, status: "unknown", error: error.message, trace: "{}" });
  }
  setImmediate(() => {
    process.stdout.write(`${JSON.stringify(out)}\n`);
    out = { asks: [], ended: [] };
  });
});
