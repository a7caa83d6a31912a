"use strict";
/*
 * Where a workflow's own code runs: the language alone, on the replay's clock, with chance that a seed decides.
 */

const vm = require("node:vm");

const clock = { now: 0, chance: 1 };

/** A number in [0, 1), the same ones for the same seed (a 32-bit xorshift). */
function random() {
  let word = clock.chance;
  word ^= word << 13;
  word ^= word >>> 17;
  word ^= word << 5;
  clock.chance = word >>> 0;
  return clock.chance / 2 ** 32;
}

const context = vm.createContext(
  { tell: () => clock.now, random },
  { codeGeneration: { strings: false, wasm: false } },
);
vm.runInContext(
  `{
    const { tell, random } = globalThis;
    const Real = Date;
    globalThis.Date = class Date extends Real {
      constructor(...parts) {
        super(...(parts.length ? parts : [tell()]));
      }
      static now() {
        return tell();
      }
    };
    Math.random = () => random();
    delete globalThis.tell;
    delete globalThis.random;
  }`,
  context,
);

const compiled = new Map();

/** Run a function's body with these names in scope; gives what it returns. */
function run(body, scope) {
  if (!compiled.has(body)) compiled.set(body, vm.compileFunction(body, Object.keys(scope), { parsingContext: context }));
  return compiled.get(body)(...Object.values(scope));
}

/** Start a run's clock and chance. */
function set(now, seed) {
  clock.now = now;
  if (seed !== undefined) clock.chance = (Math.imul(seed, 2654435761) >>> 0) || 1;
}

module.exports = { run, set, now: () => clock.now };
