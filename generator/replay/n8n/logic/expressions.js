"use strict";
/*
 * What n8n puts into a parameter that begins with `=`: text with parts between double braces, each of them JavaScript.
 */

const { Refusal } = require("./refusal.js");
const sandbox = require("./sandbox.js");

const PART = /\{\{([\s\S]*?)\}\}/g;

/** The value of a parameter; one single part keeps its type. */
function resolve(value, scope) {
  if (Array.isArray(value)) return value.map((one) => resolve(one, scope));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolve(one, scope)]));
  }
  if (typeof value !== "string" || !value.startsWith("=")) return value;
  const text = value.slice(1);
  const [whole, part] = /^\{\{([\s\S]*?)\}\}$/.exec(text) ?? [];
  if (whole && !part.includes("}}")) return evaluate(part, scope);
  return text.replace(PART, (_, code) => written(evaluate(code, scope)));
}

/** One part: where n8n's legacy engine meets nothing on the way, it gives nothing. */
function evaluate(code, scope) {
  try {
    return sandbox.run(`return (${code});`, scope);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    if (error?.name === "SyntaxError") throw new Error("invalid syntax");
    return undefined;
  }
}

function written(value) {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

module.exports = { resolve };
