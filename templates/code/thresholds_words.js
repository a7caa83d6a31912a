// @ts-check
/*
 * Words of thresholds: what a client reads (its own usage, pace and price), and what only the owner does (cost, retainer).
 */

/** @param {bigint} minor Of 10^-24. @param {string} currency @returns {string} Rounded once, half up. */
function price(minor, currency) {
  const one = 10n ** BigInt(PLACES);
  return amount(Number((minor + one / 2n) / one), currency);
}

/** @param {bigint} part @param {bigint} whole @returns {string} `57.33 %` */
function share(part, whole) {
  const hundredths = (part * 20000n / whole + 1n) / 2n;
  return `${thousands(hundredths / 100n)}.${String(hundredths % 100n).padStart(2, "0")} %`;
}

/** @param {string} currency @returns {bigint} Minor units of one unit. */
function minorUnits(currency) {
  return NO_DECIMALS.includes(currency) ? 1n : THREE_DECIMALS.includes(currency) ? 1000n : 100n;
}

/**
 * @param {any} client @param {any} mapping @param {TimeWindow} newest @param {any} figures
 * @returns {{ channel: string, text: string }[]}
 */
function sayMonth(client, mapping, newest, figures) {
  const contact = mapping.contacts[client.month.contact];
  const lines = [sayUsed(client, mapping, newest, figures), ...(figures.over ? [] : [sayPace(client, mapping, figures)])];
  return addressed(contact, {
    internal: [`${contact.name} (${contact.key}): ${lines[0]}`, ...lines.slice(1), sayCost(client, mapping, figures)].join("\n"),
    client: lines.join("\n"),
  });
}

/** @param {any} client @param {any} mapping @param {TimeWindow} newest @param {any} figures */
function sayUsed({ month }, mapping, newest, { percent, level, over, from, to, until, tokens, cost, charge, whole }) {
  const rule = mapping.window;
  const days = `from ${localDay(from, rule.zone)} to ${lastDay(Math.min(newest.end, to, until), rule)}`;
  const money = price(charge, month.currency);
  const about = month.expected.tokens ? "" : "about ";
  const expected = month.expected.tokens ? whole : (tokens * whole * 2n / cost + 1n) / 2n;
  const inTokens = `${thousands(tokens)} of ${about}${thousands(expected)} tokens`;
  const inMoney = `${money} of ${price(charge * whole / (cost || 1n), month.currency)} (${thousands(tokens)} tokens)`;
  const figure = mapping.billing === "watch" ? inTokens : month.expected.tokens ? `${inTokens} (${money})` : inMoney;
  return `${percent} % of the expected month ${over ? "was" : "is"} used (alert at ${level} %): ${figure} ${days}.`;
}

/** @param {any} client @param {any} mapping @param {any} figures */
function sayPace({ month }, mapping, { tokens, cost, charge, whole, span: [span, elapsed], to, until }) {
  const mine = month.expected.tokens ? tokens : cost;
  const percent = (mine * span * 200n / (elapsed * whole) + 1n) / 2n;
  const day = lastDay(Math.min(to, until), mapping.window);
  if (mapping.billing === "watch") return `At this rate ${percent} % by ${day}. Nothing extra is charged for it.`;
  const list = month.flat ? "" : " Amounts are list prices, before free tokens, tiers and credit.";
  return `At this rate ${percent} % by ${day}, and a charge of about ${price(charge * span / elapsed, month.currency)}.${list}`;
}

/** What the owner alone reads. @param {any} client @param {any} mapping @param {any} figures */
function sayCost({ month, retainer }, mapping, { cost, charge, span: [span, elapsed], over }) {
  const { currency, billing } = mapping;
  const later = cost * span / elapsed;
  const of = month.expected.cost ? ` of ${price(decimal(month.expected.cost), currency)} expected` : "";
  const said = [`tokens cost ${price(cost, currency)}${of}${over ? "" : `, ${price(later, currency)} at this rate`}`];
  const fee = retainer === null ? 0n : decimal(retainer) * minorUnits(currency);
  if (fee) {
    const pace = over ? "" : `, ${share(later, fee)} at this rate`;
    said.push(`${share(cost, fee)} of this retainer (${price(fee, currency)}) goes to tokens${over ? "" : " so far"}${pace}`);
  }
  if (billing === "watch") said.push(`metering would charge ${price(charge, month.currency)}`);
  else if (month.currency === currency && fee + charge) {
    said.push(`cost ÷ revenue ${share(cost, fee + charge)} of ${price(fee + charge, currency)}${fee ? " (retainer and usage)" : ""}`);
  }
  return `For you: ${said.join("; ")}.`;
}

/** @param {any} client @param {any} mapping @param {TimeWindow} newest @param {any} week @param {any} before */
function sayWeek({ month }, mapping, newest, week, before) {
  const contact = mapping.contacts[month.contact];
  const { currency, window: rule } = mapping;
  const days = `${localDay(week.from, rule.zone)} to ${lastDay(newest.end, rule)}`;
  const percent = week.cost * 100n / before.cost;
  const news = `the last seven days (${days}) cost ${price(week.cost, currency)} in tokens, ${percent} % of the seven days before (${price(before.cost, currency)}).`;
  return addressed(contact, { internal: `${contact.name} (${contact.key}): ${news}`, client: "" });
}

/** @param {any} mapping @param {string} why @returns {{ channel: string, text: string }[]} No data is not zero usage. */
function sayNobody(mapping, why) {
  const text = `Tokentill · ${shown(mapping.name, 100)} · usage-thresholds: nobody was told how much is used. Stopped: ${shown(why, 300)}. The next run looks again.`;
  return [{ channel: mapping.slack.ops, text }];
}
