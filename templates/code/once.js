// @ts-check
/*
 * Once: which run tells an event that came more than once, or at the same moment twice.
 */

/**
 * Whether this run is the first that took the event in. A run looks after its own row was written, so there is always
 * one that finds itself in the oldest row, however many look at the same moment; a row that the table's node wrote twice,
 * because its first try seemed lost, is still the same run's.
 * @param {{ id: number, event: string, run: string }[]} rows @param {string} event @param {string} run
 */
function isFirst(rows, event, run) {
  const own = rows.filter((row) => row.event === event).sort((a, b) => a.id - b.id);
  return own[0]?.run === run;
}
