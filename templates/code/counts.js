// @ts-check
/*
 * Counts: what one row of the usage log says, as disjoint token counts per outside model name.
 * The rules of every provider's `usage` object are in the README of the source `app_log`.
 */

const TOKEN_TYPES = ["input", "cached_input", "cached_write", "output"];

/**
 * A count: a whole number from 0 on of at most 15 digits, as number or as digits; else an error.
 * @param {unknown} value @returns {bigint}
 */
function readCount(value) {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 1e15) return BigInt(value);
  if (typeof value === "string" && /^[0-9]{1,15}$/.test(value)) return BigInt(value);
  throw new RangeError("no count");
}

/** @param {unknown} value Whether a field says anything: null and empty text are as good as absent, as Make sees them. */
function given(value) {
  return value !== undefined && value !== null && value !== "";
}

/** @param {unknown} value An absent count is 0. */
function readOptional(value) {
  return given(value) ? readCount(value) : 0n;
}

/** @param {unknown} value @returns {Record<string, any>} The object itself; an absent one is empty. */
function readObject(value) {
  if (!given(value)) return {};
  if (typeof value === "object" && !Array.isArray(value)) return /** @type {Record<string, any>} */ (value);
  throw new RangeError("no object");
}

/** @param {bigint} input @param {bigint} cached @param {bigint} write @param {bigint} output @returns {Counts} */
function disjoint(input, cached, write, output) {
  if (input < 0n) throw new RangeError("parts exceed their whole");
  return { input, cached_input: cached, cached_write: write, output };
}

/** @param {Record<string, any>} usage @returns {Counts} */
function geminiCounts(usage) {
  const cached = readOptional(usage.cachedContentTokenCount);
  const prompt = readCount(usage.promptTokenCount) + readOptional(usage.toolUsePromptTokenCount);
  const output = readOptional(usage.candidatesTokenCount) + readOptional(usage.thoughtsTokenCount);
  return disjoint(prompt - cached, cached, 0n, output);
}

/** Of OpenAI: totals include their parts. @param {unknown} total @param {unknown} output @param {unknown} parts */
function inclusiveCounts(total, output, parts) {
  const details = readObject(parts);
  const [cached, write] = [readOptional(details.cached_tokens), readOptional(details.cache_write_tokens)];
  return disjoint(readCount(total) - cached - write, cached, write, readCount(output));
}

/** @param {Record<string, any>} usage @returns {Counts} */
function anthropicCounts(usage) {
  return disjoint(
    readCount(usage.input_tokens), readOptional(usage.cache_read_input_tokens),
    readOptional(usage.cache_creation_input_tokens), readCount(usage.output_tokens),
  );
}

/**
 * The counts of a provider's object, per model: only Anthropic's `iterations` may name another than the row's.
 * @param {string} model @param {Record<string, any>} usage @returns {[string, Counts][]}
 */
function usageCounts(model, usage) {
  if (given(usage.promptTokenCount)) return [[model, geminiCounts(usage)]];
  if (given(usage.prompt_tokens)) {
    return [[model, inclusiveCounts(usage.prompt_tokens, usage.completion_tokens, usage.prompt_tokens_details)]];
  }
  if (given(usage.input_tokens) && (given(usage.total_tokens) || given(usage.input_tokens_details))) {
    return [[model, inclusiveCounts(usage.input_tokens, usage.output_tokens, usage.input_tokens_details)]];
  }
  if (Array.isArray(usage.iterations) && usage.iterations.length) {
    return usage.iterations.map(readObject).map((entry) => [outsideName(entry.model ?? model), anthropicCounts(entry)]);
  }
  return [[model, anthropicCounts(usage)]];
}

/**
 * What a row says: counts per outside model name, or null where it cannot be counted.
 * @param {Record<string, any>} row @returns {[string, Counts][] | null}
 */
function rowCounts(row) {
  const model = outsideName(row.model);
  try {
    if (!TOKEN_TYPES.some((type) => given(row[type])) && given(row.usage)) {
      return mergeModels(usageCounts(model, readObject(row.usage)));
    }
    if (!TOKEN_TYPES.some((type) => row[type] !== undefined)) return null;
    const counts = TOKEN_TYPES.map((type) => row[type] === undefined ? 0n : readCount(row[type]));
    const [input, cached, write, output] = counts;
    return [[model, disjoint(input, cached, write, output)]];
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** @param {[string, Counts][]} parts @returns {[string, Counts][] | null} At most two models: more is no one call. */
function mergeModels(parts) {
  if (parts.length === 1) return parts;
  /** @type {Map<string, Counts>} */
  const byModel = new Map();
  for (const [model, counts] of parts) {
    const held = byModel.get(model);
    if (!held) byModel.set(model, counts);
    else for (const type of TOKEN_TYPES) held[type] += counts[type];
  }
  return byModel.size <= 2 ? [...byModel] : null;
}

/** @param {unknown} value @returns {string} A name as text; a whole number is one too. */
function outsideName(value) {
  return typeof value === "string" || Number.isSafeInteger(value) ? String(value) : "";
}
