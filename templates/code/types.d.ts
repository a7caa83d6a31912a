/* Shapes that travel between the nodes; for editors and the type check, never inlined. */

interface WindowRule { size: "day" | "hour"; zone: string; lookback: number }
interface TimeWindow { start: number; end: number; label: string }

interface Client {
  key: string; name: string; customer: string; names: string[]; since: string; until: string | null;
  anchor: string; grace_s: number; retainer: string | null;
  /** The models that are billed here, where another source bills others. */ models?: string[];
  /** Further spellings of it, with `*` for any run of signs. */ patterns?: string[];
}
interface ModelName { name: string; model: string; since: string }
interface Pair {
  model: string; token_type: string; event_name: string; digest: string; rate: string; cost: string;
  weight: number | null; since: string;
}
interface Retry { attempts: number; base_s: number; cap_s: number; budget_s: number }
/** What a run knows of its usage source: `url` and `per_page` of a log, `client` and `ready_s` of a report. */
interface SourceRule { kind?: string; url?: string; per_page: number; client?: string; ready_s?: number }
interface Mapping {
  format: number; name: string; billing: "dimensions" | "meter_per_rate" | "weighted" | "watch"; livemode: boolean;
  currency: string; /** Minor units of one unit. */ minor: number; since: string; window: WindowRule; source: SourceRule;
  slack: { ops: string }; stripe: { version: string; preview_version: string }; retry: Retry;
  clients: Client[]; models: ModelName[]; pairs: Pair[]; weighted: { event_name: string; digest: string };
  caps: Caps;
  /** Where a mapping has several sources: all spellings of clients that others bill. */
  elsewhere?: string[]; elsewhere_patterns?: string[];
}
/** What is known about caps: an amount is a decimal text, `per_million` counted units of a meter or pair cost so much. */
interface Caps {
  source: string; cache_s: number; fail: "open" | "closed"; clients: CapClient[];
  costs: { event_name: string; model: string; token_type: string; per_million: string }[];
}
interface CapClient {
  key: string; customer: string; anchor: string; cap: string | null; source: "stripe" | "log" | "none"; names: string[];
  meters: "gateway" | "log";
}

/** One run: its clock, its windows (those of a backfill are all older), what a person asked for. */
interface Run {
  now: number; backfill: boolean; again: string; windows: TimeWindow[]; newest: string | null;
  /** Windows that the source could not tell of, and why: told, and left to the next run. */
  missing?: TimeWindow[]; missing_why?: string;
  /** Which of several shards of the clients this run does. */ shard?: { number: number, of: number };
}

/** One HTTP answer as n8n's HTTP Request node gives it: full response, body as text, or an error. */
interface HttpItem {
  statusCode?: number; statusMessage?: string; headers?: Record<string, string>; data?: string; error?: any;
}
interface Answer {
  status: number; headers: Record<string, string>; data: Record<string, any> | null; words: string;
  verdict: "done" | "delivered" | "retry" | "final" | "denied" | "refused" | "broken";
}

interface SourceState {
  do: "pull" | "wait" | "done" | "stopped"; run: Run; from: string; to: string; per_page?: number; query?: string; url?: string; body?: string; windows?: string;
  cursor: string;
  /** Of reports: starts of the buckets that came, the one that may go on over the next page, cursors asked for. */
  met?: number[]; open?: number | null; asked?: string[];
  calls: number; pages: number[]; received: number; attempt: number; waited: number; rest: number; nap: number;
  stopped: string;
}

interface Counts { [token_type: string]: bigint }
interface ParkedRows { reason: string; tokens: string; rows: number; details: string[]; oldest: boolean }

/** One fact on its way to Stripe. `total` and all other amounts are decimal texts: they may pass 2^53. */
interface Fact { model: string; token_type: string; digest: string; window: number; total: string }
/** All facts of one client on one meter; reads of the older windows reach from `from` to `to`. */
interface Group {
  client: string; customer: string; event_name: string; closed: number; from: number; to: number; facts: Fact[];
}
/** A number for the report, with the fact it is about. */
interface Note {
  client: string; event_name: string; model: string; token_type: string; label: string; n: string;
  status?: number; words?: string; reason?: string;
}

/** One request of a chunk: which meters, range, window or event it is about (places in the state). */
interface Ask {
  kind: string; group: number; fact: number; base?: string; n?: string; after_id?: string; after?: number; last?: string;
}
interface ChunkResult { events: number; posted: string; parked: Note[]; stuck: Note[]; ahead: Note[]; left: Note[] }
interface ChunkState {
  run: Run; billing: Mapping["billing"]; livemode: boolean; size: string; stripe: Mapping["stripe"]; retry: Retry;
  groups: Group[]; meters: Record<string, string>; waited: number; stopped: string; do: string; phase: string;
  todo: Ask[]; sent: Ask[]; again: Ask[]; attempt: number; rest: number; nap: number; burst: number;
  counted: Record<string, string>; read: Record<string, string>; result: ChunkResult;
}

/** What a run knows once the log is read. */
interface Night {
  run: Run; waited: number; rows: ParkedRows[]; parked: Note[]; watched: string[]; posting: boolean;
  chunks: { groups: Group[] }[];
}

/** One row of the table of calls; counts are digits. A call that counts for two models has two. */
interface CallRow { request_id: string; at: number; time: string; client: string; model: string; [count: string]: any }
interface StoredCall extends CallRow { id: number }
interface CallRead { ok: boolean; status: number; answer: Record<string, any>; rows: CallRow[]; notes: string[] }
