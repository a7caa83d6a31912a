// @ts-check
/*
 * Talk: what goes to which Slack channel, and what is done when Slack does not take it.
 * A channel's audience decides the words: `client` never reads cost, margin or another client's name.
 */

const MOST_SIGNS = 80;
/**
 * Tries of one message. Slack takes about one a second in a channel, so a rush of runs has to spread over minutes: a
 * message that was clearly not taken is tried longer. Where it may have arrived, each try may be one message too many.
 */
const SLACK_TRIES = { limited: 16, unsure: 4 };
/** Slack's own wait is kept, within bounds; n8n holds a wait below 65 seconds in memory. */
const SLACK_WAIT_S = { least: 2, most: 62 };
/** Signs that turn the direction of what follows them. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;
const NO_DECIMALS = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" ");
const THREE_DECIMALS = "bhd jod kwd omr tnd".split(" ");

/** Text from outside as Slack shows it literally, on one line, cut. @param {unknown} text @param {number} most */
function shown(text, most = MOST_SIGNS) {
  const line = String(text ?? "").replace(TURNS, "").replace(/[\r\n]+/g, " ");
  const cut = line.length > most ? `${line.slice(0, most)}…` : line;
  return cut.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** @param {unknown} url @returns {string} Only an https address without signs that end a link. */
function link(url) {
  return typeof url === "string" && /^https:\/\/[^\s<>|"]+$/.test(url) ? url : "";
}

/** Write an amount in a currency's own decimals. @param {unknown} minor @param {unknown} currency */
function amount(minor, currency) {
  const code = String(currency ?? "").toLowerCase();
  const places = NO_DECIMALS.includes(code) ? 0 : THREE_DECIMALS.includes(code) ? 3 : 2;
  const value = Number.isSafeInteger(minor) ? BigInt(Number(minor)) : 0n;
  const digits = String(value < 0n ? -value : value).padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${value < 0n ? "-" : ""}${whole}${places ? `.${digits.slice(-places)}` : ""} ${shown(code.toUpperCase())}`;
}

/** @param {unknown} seconds Unix. @param {string} zone @returns {string} `2026-11-27 14:05` on the zone's clocks. */
function localTime(seconds, zone) {
  return new Date(wallClock(Number(seconds) * 1000, zone)).toISOString().slice(0, 16).replace("T", " ");
}

/**
 * Write one piece of news for every channel that may read it.
 * @param {{ tell: { channel: string, audience: string }[] }} contact
 * @param {{ internal: string, client: string }} words An empty text is for nobody.
 */
function addressed({ tell }, words) {
  return tell.map(({ channel, audience }) => ({ channel, text: audience === "client" ? words.client : words.internal }))
    .filter(({ text }) => text);
}

/**
 * Begin with messages, or go on with Slack's answer: what to do next.
 * @param {any[]} items The state, and beside it what the HTTP node gave for the message that was sent last.
 * @param {string} ops @param {number} chance 0 to 1, so that parallel runs do not come back at the same moment.
 */
function nextMessage(items, ops, chance) {
  const state = items.find((item) => Array.isArray(item.queue));
  const answer = items.find((item) => !Array.isArray(item.queue));
  const { queue, failures } = state;
  if (state.do !== "send" || !answer) return aim(state);
  const { done, again, tries, words } = readSlack(answer);
  const attempt = state.attempt + 1;
  const told = queue[0].about === undefined ? state.told : [...state.told, queue[0].about];
  if (done) return aim({ ...state, queue: queue.slice(1), attempt: 0, told });
  if (again !== null && attempt < tries) return { ...state, do: "wait", attempt, nap: napOf(again, attempt, chance) };
  const [lost, ...rest] = queue;
  if (lost.channel !== ops) {
    const text = `Slack did not take a message for ${lost.channel} (${shown(words)}). It was:\n${lost.text}`;
    return aim({ ...state, queue: [{ channel: ops, text, about: lost.about }, ...rest], attempt: 0 });
  }
  // What the owner's own channel does not take can be told nowhere: the run fails with it.
  return aim({ ...state, queue: rest, attempt: 0, failures: [...failures, `${lost.channel}: ${words}`] });
}

/**
 * Wait longer each time, and never less than Slack asked for.
 * @param {number} again @param {number} attempt @param {number} chance
 */
function napOf(again, attempt, chance) {
  const { least, most } = SLACK_WAIT_S;
  const grown = Math.min(most, Math.max(least, again) * 2 ** (attempt - 1));
  return Math.max(Math.min(most, again), grown * (1 + chance) / 2) + chance;
}

/** @param {any} state */
function aim(state) {
  const [next] = state.queue;
  if (next) return { ...state, do: "send", channel: next.channel, text: next.text };
  return { ...state, do: state.failures.length ? "failed" : "done", why: state.failures.join("; ") };
}

/** @param {{ channel: string, text: string, about?: any }[]} queue `about` of what was taken is kept in `told`. */
function openTalk(queue) {
  return { do: "start", queue, told: [], failures: [], attempt: 0, nap: 0, channel: "", text: "", why: "" };
}

/**
 * @param {any} item Full response of `chat.postMessage`, or an error of the connection.
 * @returns {{ done: boolean, again: number | null, tries: number, words: string }} `again`: seconds until another try
 * makes sense.
 */
function readSlack(item) {
  const status = Number(item?.statusCode ?? 0);
  let body = item?.body ?? item?.data;
  try {
    if (typeof body === "string") body = JSON.parse(body);
  } catch {
    body = {};
  }
  if (status === 200 && body?.ok === true) return { done: true, again: null, tries: 0, words: "" };
  const words = String(body?.error ?? item?.error?.message ?? `status ${status}`);
  if (status === 429 || words === "ratelimited") {
    const asked = Number(item?.headers?.["retry-after"]);
    const again = Number.isFinite(asked) && asked > 0 ? asked : 30;
    return { done: false, again, tries: SLACK_TRIES.limited, words: "ratelimited" };
  }
  // Without an answer the message may have arrived: twice is better than never.
  const again = status === 0 || status >= 500 ? SLACK_WAIT_S.least : null;
  return { done: false, again, tries: SLACK_TRIES.unsure, words };
}
