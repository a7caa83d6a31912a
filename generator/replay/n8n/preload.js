// @ts-check
/**
 * Loaded into the n8n server before its own code (`node --require`), so that a workflow file runs unchanged:
 *
 * - connections to the hosts of a table go to the replay's world on loopback, host name and certificate check kept;
 *   connections to any other host are refused and reported;
 * - with a virtual clock, `Date` follows the clock of the replay, and the waits of nodes (Wait, batch intervals, tries
 *   again) and of clients that wait in vain for an answer end as soon as nothing else is going on, earliest first,
 *   after the clock has been moved to the moment they end at;
 * - schedules fire when the replay says so, never by themselves.
 *
 * It talks with the replay over one loopback connection, a JSON object per line. Settings come in TOKENTILL_PRELOAD:
 * `control` and `world` are ports, `virtual` says whether there is a virtual clock.
 */
'use strict';

const { AsyncLocalStorage } = require('node:async_hooks');
const diagnostics = require('node:diagnostics_channel');
const net = require('node:net');
const path = require('node:path');
const tls = require('node:tls');
const { isMainThread } = require('node:worker_threads');

// Node loads this into worker threads too; n8n's write its event log and make no connections.
if (!isMainThread) return;

const { control, world, virtual } = JSON.parse(process.env.TOKENTILL_PRELOAD ?? '{}');

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);
/** After so many looks at which nothing had happened since the one before, waits are taken to be all that is left. */
const CALM_LOOKS = 3;
const LOOK_EVERY_MS = 5;
const SLEEP = /[\\/]@n8n[\\/]utils[\\/]/;
const WAITING_CODE = /[\\/]n8n-nodes-base[\\/]dist[\\/]nodes[\\/]|[\\/]execution-engine[\\/]workflow-execute\.js/;
const SCHEDULES = /[\\/]node_modules[\\/]cron[\\/]/;
const NEVER_MS = 2 ** 31 - 1;

const real = { Date, now: Date.now, setTimeout, clearTimeout, connect: net.Socket.prototype.connect };

// ---------------------------------------------------------------------------------------------- control channel

/** @type {Map<number, (answer: any) => void>} */
const asked = new Map();
let questions = 0;

const channel = new net.Socket();
Reflect.apply(real.connect, channel, [{ host: '127.0.0.1', port: control }]);
channel.unref();
channel.setNoDelay(true);
channel.on('error', () => process.exit(70)); // the replay is gone: no server may outlive it
channel.on('close', () => process.exit(70));

/** @param {object} message */
const tell = (message) => channel.write(`${JSON.stringify(message)}\n`);

/** @param {object} message */
const ask = (message) =>
  new Promise((resolve) => {
    asked.set((questions += 1), resolve);
    tell({ ...message, id: questions });
  });

/** @type {Record<string, (message: any) => unknown>} */
const commands = {
  hosts: ({ hosts }) => {
    table = new Set(hosts);
  },
  now: ({ now, at }) => {
    offset = now - at;
  },
  silence: ({ port }) => waitInVain(port),
  fire: ({ workflow, node }) => fireSchedule(workflow, node),
  watch: () => watchExecutions(),
  kill: ({ executions }) => kill(executions),
};

let unread = '';
channel.setEncoding('utf8');
channel.on('data', (/** @type {string} */ text) => {
  const lines = (unread + text).split('\n');
  unread = lines.pop() ?? '';
  lines.forEach((line) => obey(JSON.parse(line)));
});

/** @param {any} message */
function obey(message) {
  if (message.answer !== undefined) {
    asked.get(message.answer)?.(message);
    asked.delete(message.answer);
    return;
  }
  try {
    tell({ done: message.id, result: commands[message.do](message) ?? null });
  } catch (error) {
    tell({ done: message.id, error: String(error) });
  }
}

// -------------------------------------------------------------------------------------------------------- hosts

/** @type {Set<string>} */
let table = new Set();

// Both kinds of connection, plain and TLS, end here, whoever made them.
net.Socket.prototype.connect = function connect(/** @type {any[]} */ ...args) {
  const wrapped = Array.isArray(args[0]);
  const options = wrapped ? args[0][0] : args[0];
  if (options === null || typeof options !== 'object') return connectByPort(this, args);
  const host = options.host ?? 'localhost';
  if (options.path || LOOPBACK.has(host)) return Reflect.apply(real.connect, this, args);
  if (!(this instanceof tls.TLSSocket) || !table.has(host)) return refuse(this, host, options.port);
  // A copy: the caller checks the certificate against the host in its own options.
  const redirected = { ...options, host: '127.0.0.1', port: world, lookup: undefined };
  if (wrapped) args[0][0] = redirected;
  else args[0] = redirected;
  return Reflect.apply(real.connect, this, args);
};

/** @param {any} socket @param {any[]} args (port, host) or (path) */
function connectByPort(socket, args) {
  const host = typeof args[1] === 'string' ? args[1] : 'localhost';
  const local = Number.isNaN(Number(args[0])) || LOOPBACK.has(host);
  if (String(args[0]).includes('.s.PGSQL.')) noteQueries(socket);
  return local ? Reflect.apply(real.connect, socket, args) : refuse(socket, host, args[0]);
}

/** @param {any} socket @param {string} host @param {number} port */
function refuse(socket, host, port) {
  tell({ tell: 'unexpected', host, port });
  const error = Object.assign(new Error(`connect ECONNREFUSED ${host}:${port} (no host of this replay)`), {
    code: 'ECONNREFUSED', syscall: 'connect', address: host, port,
  });
  process.nextTick(() => socket.destroy(error));
  return socket;
}

// -------------------------------------------------------------------------------------------------------- clock

let offset = 0;

const virtualNow = () => real.now() + offset;

if (virtual) {
  globalThis.Date = new Proxy(real.Date, {
    construct: (target, args, maker) => Reflect.construct(target, args.length ? args : [virtualNow()], maker),
    apply: (target) => new target(virtualNow()).toString(),
    get: (target, key, receiver) => (key === 'now' ? virtualNow : Reflect.get(target, key, receiver)),
  });
  const constructor = { value: globalThis.Date, writable: true, configurable: true };
  Object.defineProperty(real.Date.prototype, 'constructor', constructor);
}

// -------------------------------------------------------------------------------------------------------- waits

/** @typedef {{ due: number, execution: string, over: () => boolean, end: () => void, drop: () => void }} Wait */
/** @type {Set<Wait>} */
const waits = new Set();
/** @type {Map<any, { began: number, execution: string }>} requests that an answer may still come for */
const inFlight = new Map();
/** @type {Map<any, number>} connections to the database, with what had been read when the last query was sent */
const queries = new Map();
let requests = 0;
/** @type {any} */
let looking;
let calmLooks = 0;
let lastSeen = '';

/** What must not have changed between two looks if nothing is going on. */
function seen() {
  const bytes = [...queries.keys()].reduce((sum, socket) => sum + socket.bytesRead + socket.bytesWritten, 0);
  return `${requests} ${bytes} ${waits.size}`;
}

/** Whether something is going on: an answer of the world or of the database is still to come. */
const busy = () =>
  inFlight.size > 0 || [...queries].some(([socket, read]) => !socket.destroyed && socket.bytesRead === read);

/** Look from now on whether only waits are left; looks are spread over turns of the event loop. */
function watchWaits() {
  if (!virtual || looking || waits.size === 0) return;
  looking = real.setTimeout(() => setImmediate(look), LOOK_EVERY_MS);
}

function forgetEndedWaits() {
  for (const wait of waits) if (wait.over()) waits.delete(wait);
}

async function look() {
  forgetEndedWaits();
  const now = seen();
  calmLooks = busy() || now !== lastSeen ? 0 : calmLooks + 1;
  lastSeen = now;
  if (calmLooks >= CALM_LOOKS && waits.size > 0) await endEarliestWait();
  looking = undefined;
  watchWaits();
}

async function endEarliestWait() {
  const wait = [...waits].reduce((a, b) => (b.due < a.due ? b : a));
  calmLooks = 0;
  waits.delete(wait);
  await ask({ ask: 'advance', to: wait.due });
  if (!wait.over()) wait.end();
}

/** Know of queries that the database has not begun to answer. @param {any} socket */
function noteQueries(socket) {
  const { write } = socket;
  socket.write = (/** @type {any[]} */ ...args) => {
    queries.set(socket, socket.bytesRead);
    return Reflect.apply(write, socket, args);
  };
  socket.once('close', () => queries.delete(socket));
}

/**
 * The file of the code that set a timer: the innermost one that is neither this file nor n8n's `sleep`.
 * Read as call sites, since the text of a stack would be mapped to sources at great cost.
 * @returns {string}
 */
function timerOwner() {
  const prepare = Error.prepareStackTrace;
  Error.prepareStackTrace = (_, sites) => sites.map((site) => site.getFileName() ?? '');
  const files = /** @type {string[]} */ (/** @type {unknown} */ (new Error().stack));
  Error.prepareStackTrace = prepare;
  return files.find((file) => file && file !== __filename && !SLEEP.test(file)) ?? '';
}

/** @param {any} callback @param {number} [ms] @param {any[]} args */
function timer(callback, ms, ...args) {
  const handle = real.setTimeout(callback, ms, ...args);
  if (!(Number(ms) >= 1)) return handle;
  const owner = timerOwner();
  const waiting = WAITING_CODE.test(owner);
  const execution = running.getStore() ?? '';
  if (SCHEDULES.test(owner) || (waiting && dead.has(execution))) {
    real.clearTimeout(handle);
    return real.setTimeout(() => {}, NEVER_MS).unref();
  }
  if (waiting) {
    forgetEndedWaits();
    waits.add({
      due: Date.now() + Number(ms),
      execution,
      drop: () => real.clearTimeout(handle),
      over: () => /** @type {any} */ (handle)._destroyed,
      end: () => {
        real.clearTimeout(handle);
        callback(...args);
      },
    });
    watchWaits();
  }
  return handle;
}
Object.defineProperties(timer, Object.getOwnPropertyDescriptors(setTimeout));
globalThis.setTimeout = /** @type {any} */ (timer);

// ------------------------------------------------------------------------------------- requests and their time-outs

diagnostics.subscribe('http.client.request.created', (/** @type {any} */ { request }) => {
  requests += 1;
  const execution = running.getStore() ?? '';
  if (dead.has(execution)) return request.destroy(new Error('the run was killed'));
  inFlight.set(request, { began: Date.now(), execution });
  request.once('close', () => inFlight.delete(request));
});

/**
 * The world will never answer the request that came from this local port: let the client's own time-out strike.
 * @param {number} port
 */
function waitInVain(port) {
  const found = [...inFlight].find(([request]) => request.socket?.localPort === port);
  if (!found) return;
  const [request, { began, execution }] = found;
  const { socket } = request;
  if (!socket.timeout) {
    tell({ tell: 'endless', host: request.host });
    return;
  }
  inFlight.delete(request);
  waits.add({
    due: began + socket.timeout,
    execution,
    drop: () => request.destroy(),
    over: () => socket.destroyed,
    // Before an answer began, the client's timer is the request's; after that, the socket's.
    end: () => (request.res ? socket : request).emit('timeout'),
  });
  watchWaits();
}

// -------------------------------------------------------------------------------------------------------- death

/** The execution on whose behalf code runs. @type {AsyncLocalStorage<string>} */
const running = new AsyncLocalStorage();
/** @type {Set<string>} */
const dead = new Set();

/**
 * Let executions die as with their process: their connections break, their waits never end, they begin no request.
 * @param {string[]} executions
 */
function kill(executions) {
  executions.forEach((execution) => dead.add(execution));
  for (const wait of waits) {
    if (dead.has(wait.execution) && waits.delete(wait)) wait.drop();
  }
  for (const [request, { execution }] of inFlight) if (dead.has(execution)) request.destroy();
}

// --------------------------------------------------------------------------------------------- inside the engine

/** The engine's own objects, by package or by file of the package n8n. @param {string} name */
const engine = (name) => {
  const program = require.resolve(process.argv[1]);
  const from = { paths: [path.dirname(program)] };
  return require(name.startsWith('./') ? path.resolve(path.dirname(program), '..', name) : require.resolve(name, from));
};

/** The first number of n8n's version. */
const MAJOR = Number.parseInt(engine('./package.json').version, 10);

/**
 * Fire the schedules of one trigger node of a published workflow now, as n8n's own cron job would.
 * @param {string} workflow
 * @param {string} node id of the node
 */
function fireSchedule(workflow, node) {
  const { Container } = engine('@n8n/di');
  const { ActiveWorkflows, ScheduledTaskManager } = engine('n8n-core');
  const byWorkflow =
    MAJOR >= 2
      ? Container.get(ScheduledTaskManager).cronsByGroupType.values()
      : [Container.get(ActiveWorkflows).scheduledTaskManager.cronsByWorkflow];
  const crons = [...byWorkflow].flatMap((byId) => [...(byId.get(workflow)?.values() ?? [])]);
  const own = crons.filter(({ ctx }) => (ctx.targetId ?? ctx.nodeId) === node);
  own[0]?.job.fireOnTick();
  return own.length > 0;
}

/**
 * Tell the replay from now on which executions begin and end, know on whose behalf code runs, and let a schedule fire
 * again for the same moment.
 */
function watchExecutions() {
  const { Container } = engine('@n8n/di');
  const events = Container.get(engine('./dist/events/event.service.js').EventService);
  events.on('workflow-pre-execute', (/** @type {any} */ { executionId, data, mode = modeOf(executionId) }) =>
    tell({ tell: 'began', execution: executionId, workflow: data.workflowData?.id ?? data.id, mode }),
  );
  for (const end of ['workflow-post-execute', 'execution-cancelled', 'execution-waiting']) {
    events.on(end, (/** @type {any} */ { executionId, runData }) =>
      tell({ tell: 'ended', execution: executionId, status: runData?.status ?? '' }),
    );
  }
  if (MAJOR >= 2) letSchedulesRepeat(Container);
  const { WorkflowExecute } = engine('n8n-core');
  const { processRunExecutionData } = WorkflowExecute.prototype;
  WorkflowExecute.prototype.processRunExecutionData = function process(/** @type {any[]} */ ...args) {
    return running.run(this.additionalData.executionId ?? '', () => Reflect.apply(processRunExecutionData, this, args));
  };
}

/** n8n 1 does not tell with which mode an execution begins. @param {string} execution */
function modeOf(execution) {
  const active = engine('@n8n/di').Container.get(engine('./dist/active-executions.js').ActiveExecutions);
  return active.getExecutionOrFail(execution).executionData.executionMode;
}

/** n8n 2 runs a schedule once per moment, for ever. Cases repeat moments, and a doubled cron means two engines. */
function letSchedulesRepeat(/** @type {any} */ container) {
  const store = container.get(engine('./dist/executions/execution-persistence.js').ExecutionPersistence);
  const create = store.create.bind(store);
  store.create = (/** @type {any} */ payload) => create({ ...payload, deduplicationKey: undefined });
}
