// Runs the functions of templates/code as they lie there: one JSON line in, one JSON line out.
const { readFileSync, readdirSync } = require("node:fs");
const { join } = require("node:path");
const { createContext, runInContext } = require("node:vm");

const folders = process.argv.slice(2);
const files = folders.flatMap((folder) => readdirSync(folder).sort().map((name) => join(folder, name)))
  .filter((name) => name.endsWith(".js"));
const context = createContext({ Intl });
runInContext(files.map((name) => readFileSync(name, "utf8")).join("\n"), context);

/** What JSON has no word for: whole numbers as text, maps as lists of entries, sets and generators as lists. */
function plain(_key, value) {
  if (typeof value === "bigint") return String(value);
  const kind = Object.prototype.toString.call(value);
  return ["[object Map]", "[object Set]", "[object Generator]"].includes(kind) ? [...value] : value;
}

require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { name, args } = JSON.parse(line);
  let answer;
  try {
    context.args = args;
    answer = { value: runInContext(`${name}(...args)`, context) ?? null };
  } catch (error) {
    answer = { error: String(error?.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer, plain)}\n`);
});
