// @ts-check
/*
 * Answers: what one HTTP answer means, and how long to wait before the next try.
 */

/** Codes of errors that came from the network; any other failure without an answer is a mistake in the set-up. */
const NETWORK_CODE = /^(?!ERR_INVALID)(E[A-Z_]+|HPE_\w+|UND_\w+|CERT_\w+|DEPTH_\w+|SELF_\w+|UNABLE_\w+)$/;

/** @param {HttpItem} item @returns {Answer} */
function readAnswer(item) {
  const status = item.statusCode ?? 0;
  if (!status) return readFailure(item.error);
  const headers = item.headers ?? {};
  const data = parseObject(item.data);
  const error = typeof data?.error === "object" && data.error !== null ? data.error : {};
  const words = withoutKeys(String(error.message ?? error.code ?? item.statusMessage ?? "")).slice(0, 300);
  return { status, headers, data, words, verdict: judgeAnswer(status, headers, data, error) };
}

/** @param {string} text @returns {string} Some quote the key that they refuse: nobody else should read it. */
function withoutKeys(text) {
  return text.replace(/\b([rs]k_(?:live|test)_|sk-)[\w*-]+/g, "$1…");
}

/** @param {any} error @returns {Answer} */
function readFailure(error) {
  const codes = [error?.code, error?.cause?.code].filter((code) => typeof code === "string");
  const verdict = codes.some((code) => NETWORK_CODE.test(code)) ? "retry" : "broken";
  const words = codes[0] ?? String(error?.message ?? error ?? "no answer").slice(0, 300);
  return { status: 0, headers: {}, data: null, words, verdict };
}

/** @param {unknown} text @returns {Record<string, any> | null} */
function parseObject(text) {
  try {
    const data = JSON.parse(String(text));
    return typeof data === "object" && data !== null && !Array.isArray(data) ? data : null;
  } catch {
    return null;
  }
}

/**
 * @param {number} status @param {Record<string, string>} headers @param {Record<string, any> | null} data
 * @param {Record<string, any>} error @returns {Answer["verdict"]}
 */
function judgeAnswer(status, headers, data, error) {
  const should = headers["stripe-should-retry"];
  const plain = plainVerdict(status, data, error);
  if (should === "false" && plain === "retry") return "final";
  if (should === "true" && plain !== "done" && plain !== "denied") return "retry";
  return plain;
}

/**
 * @param {number} status @param {Record<string, any> | null} data @param {Record<string, any>} error
 * @returns {Answer["verdict"]}
 */
function plainVerdict(status, data, error) {
  if (status === 401 || status === 403) return "denied";
  if (data === null || status < 200 || (status >= 300 && status < 400)) return "retry";
  if (status < 300) return "done";
  if (["idempotency_key_in_use", "idempotency_conflict"].includes(error.code)) return "retry";
  if ([error.type, error.code].some((name) => String(name ?? "").startsWith("idempotency_"))) return "delivered";
  const duplicate = error.code === "duplicate_meter_event"
    || /already exists with identifier|duplicate identifier/i.test(String(error.message ?? ""));
  if (status === 400 && duplicate) return "delivered";
  return status === 409 || status === 429 || status >= 500 ? "retry" : "refused";
}

/**
 * The seconds that an answer asks to wait. A date counts from the answer's own `date`, else from the run's clock.
 * @param {Record<string, string>} headers @param {number} now Milliseconds.
 */
function retryAfter(headers, now) {
  const text = headers["retry-after"]?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const until = Date.parse(text);
  const from = Date.parse(headers.date ?? "");
  return Number.isNaN(until) ? 0 : Math.max(0, (until - (Number.isNaN(from) ? now : from)) / 1000);
}

/**
 * The seconds before retry `attempt` (1, 2, …): growing, capped, with jitter.
 * @param {Retry} retry @param {number} attempt @param {number} random From 0 up to 1.
 */
function backoff(retry, attempt, random) {
  const low = Math.min(retry.cap_s, retry.base_s * 2 ** (attempt - 1));
  return low + random * low;
}

/** Long waits are cut: n8n keeps a wait of up to 65 seconds in memory, a longer one would be stored. */
const LONGEST_NAP = 60;

/** @template {{ rest: number, nap: number, do: string }} T @param {T} state @returns {T} The next piece of its wait. */
function nextNap(state) {
  const nap = Math.min(LONGEST_NAP, Math.ceil(state.rest * 100) / 100);
  return { ...state, do: "wait", nap, rest: Math.max(0, state.rest - nap) };
}
