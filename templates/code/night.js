// @ts-check
/*
 * Night: the steps of the parent workflow between its nodes, one function per Code node.
 */

/**
 * Totals of all pages, dealt out in chunks to post.
 * @param {SourceState} state @param {any[][]} pages What the source gave, page by page. @param {Mapping} mapping
 * @returns {Night}
 */
function totalNight({ run, waited }, pages, mapping) {
  const { totals, parked: rows } = totalRows(sourceRows(pages, mapping), mapping, run.windows, run.shard);
  const facts = orderFacts(totals, mapping);
  const watch = mapping.billing === "watch";
  const { groups, parked } = watch ? { groups: [], parked: [] } : groupFacts(facts, mapping, run);
  const chunks = dealChunks(groups).map((chunk) => ({ groups: chunk }));
  const watched = watch ? sayWatched(mapping, facts) : [];
  return { run, waited, rows, parked, watched, posting: chunks.length > 0, chunks };
}

/**
 * What the next chunk needs: its groups, the run, and what the chunk before left: time waited, meters, why it stopped.
 * @param {{ groups: Group[] }} chunk @param {any} before The result of the chunk before; null for the first.
 * @param {Night} night @param {Mapping} mapping
 */
function handOver({ groups }, before, { run, waited }, { billing, livemode, window, stripe, retry }) {
  const carried = before
    ? { waited: before.waited ?? waited, meters: before.meters ?? null, stopped: whyStopped(before) }
    : { waited, meters: null, stopped: "" };
  return { groups, run, billing, livemode, size: window.size.slice(0, 1), stripe, retry, ...carried };
}

/** @param {any} result @returns {string} Why a chunk stopped the run; a child that could not run says `error`. */
function whyStopped(result) {
  if (result.error === undefined) return result.stopped ?? "";
  return `meter-usage-chunk could not run: ${result.error?.message ?? result.error}`;
}

/**
 * @param {any[]} items What led here: a stopped pull, or the results of all chunks. @param {Night | null} night
 * @param {Mapping} mapping
 */
function reportNight(items, night, mapping) {
  if (!night) return report(mapping, items[0].run, [], [], [], items[0].stopped, []);
  const results = night.posting ? items : [];
  const whole = results.filter((result) => result.parked);
  const stopped = results.map(whyStopped).find(Boolean) ?? "";
  return report(mapping, night.run, night.rows, night.parked, whole, stopped, night.watched);
}
