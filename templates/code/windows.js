// @ts-check
/*
 * Windows: time cut into local days or UTC hours, and the ends of billing periods.
 * Instants are milliseconds since 1970; days are texts `YYYY-MM-DD`. Nothing here reads a clock.
 */

const HOUR = 3600000;
const DAY = 24 * HOUR;

/** @type {Record<string, Intl.DateTimeFormat>} Making a format is slow, using one is not. */
const FORMATS = {};

/** @param {number} instant @param {string} zone @returns {number} The zone's wall clock, as if it showed UTC. */
function wallClock(instant, zone) {
  FORMATS[zone] ??= new Intl.DateTimeFormat("en-US", {
    timeZone: zone, hourCycle: "h23", calendar: "gregory", numberingSystem: "latn",
    year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
  });
  /** @type {Record<string, number>} */
  const part = {};
  for (const { type, value } of FORMATS[zone].formatToParts(instant)) part[type] = Number(value);
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
}

/**
 * The instant at which a local day begins. Where the clocks skip midnight it is the moment of the skip;
 * where midnight comes twice, the first one. The offsets are read a day before and a day after.
 * @param {string} day @param {string} zone
 */
function dayStart(day, zone) {
  const wall = Date.parse(`${day}T00:00:00Z`);
  const guesses = [wall - DAY, wall + DAY].map((near) => wall - (wallClock(near, zone) - near));
  const right = guesses.filter((guess) => wallClock(guess, zone) === wall);
  return right.length ? Math.min(...right) : guesses[0];
}

/** @param {string} day @param {number} days */
function addDays(day, days) {
  return new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10);
}

/** @param {number} instant @returns {string} `YYYY-MM-DDTHH:MM:SSZ` */
function isoInstant(instant) {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

/** @param {string} day @param {string} zone */
function dayWindow(day, zone) {
  return { start: dayStart(day, zone), end: dayStart(addDays(day, 1), zone), label: day };
}

/** @param {number} start */
function hourWindow(start) {
  return { start, end: start + HOUR, label: `${new Date(start).toISOString().slice(0, 16)}Z` };
}

/**
 * The newest window that ended by `now` and the `lookback - 1` before it, oldest first.
 * @param {number} now @param {WindowRule} rule
 */
function coveredWindows(now, rule) {
  const windows = [];
  const today = new Date(wallClock(now, rule.zone)).toISOString().slice(0, 10);
  for (let step = 0; windows.length < rule.lookback; step += 1) {
    const window = rule.size === "hour"
      ? hourWindow(Math.floor(now / HOUR) * HOUR - (step + 1) * HOUR)
      : dayWindow(addDays(today, -step), rule.zone);
    if (window.start < window.end && window.end <= now) windows.unshift(window);
  }
  return windows;
}

/**
 * The windows of the local days `from` … `to`, both included, that ended by `now`; oldest first.
 * @param {number} now @param {WindowRule} rule @param {string} from @param {string} to
 */
function windowsBetween(now, rule, from, to) {
  const windows = [];
  const end = dayStart(addDays(to, 1), rule.zone);
  if (rule.size === "hour") {
    const first = Math.ceil(dayStart(from, rule.zone) / HOUR) * HOUR;
    for (let start = first; start < end && start + HOUR <= now; start += HOUR) windows.push(hourWindow(start));
    return windows;
  }
  for (let day = from; day <= to; day = addDays(day, 1)) {
    const window = dayWindow(day, rule.zone);
    if (window.start < window.end && window.end <= now) windows.push(window);
  }
  return windows;
}

/**
 * The latest end of a billing period whose invoice is final at `now`: periods end every month on the anchor's day,
 * or on the month's last where it has no such day.
 * @param {string} anchor @param {number} graceSeconds @param {number} now
 */
function closedBoundary(anchor, graceSeconds, now) {
  const from = new Date(anchor);
  const clock = from.getTime() - Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), from.getUTCDate());
  const year = new Date(now).getUTCFullYear();
  for (let month = new Date(now).getUTCMonth() + 1; ; month -= 1) {
    const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
    const end = Date.UTC(year, month, Math.min(from.getUTCDate(), last)) + clock;
    if (end + graceSeconds * 1000 <= now) return end;
  }
}
