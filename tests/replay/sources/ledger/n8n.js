const SOURCE_TITLE = "the ledger";

function askPage() {
  return {};
}

function takeItems(state, items, mapping, random) {
  return takeAnswer(state, items[0], mapping, random, (asked, page) => {
    if (!Array.isArray(page.boxes)) return stop(asked, "the answer has no boxes");
    if (page.sealed !== true) return stop(asked, "it is not sealed yet");
    return { ...asked, do: "done", pages: [asked.calls - 1], attempt: 1 };
  }, stop);
}

function* sourceRows(pages) {
  for (const [{ data }] of pages) {
    for (const { time, shelf, model, box, in: input, out } of JSON.parse(data).boxes) {
      yield { time, client: shelf, model, request_id: box, input, output: out };
    }
  }
}
