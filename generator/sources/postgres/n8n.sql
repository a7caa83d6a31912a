WITH asked AS (
  SELECT * FROM json_to_recordset($1::json) AS one("start" timestamptz, "end" timestamptz)
),
found AS (
  SELECT asked."start" AS began, logged."time" AS at, logged.client::text AS client, logged.model::text AS model,
    logged.request_id::text AS request_id, logged.input::text AS input, logged.cached_input::text AS cached_input,
    logged.cached_write::text AS cached_write, logged.output::text AS output, logged.usage AS usage,
    row_number() OVER (PARTITION BY logged.request_id ORDER BY logged."time") AS place
  FROM tokentill_usage AS logged
  LEFT JOIN asked ON logged."time" >= asked."start" AND logged."time" < asked."end"
  WHERE logged."time" IS NULL
    OR (logged."time" >= (SELECT min("start") FROM asked) AND logged."time" < (SELECT max("end") FROM asked))
),
once AS (
  SELECT *, coalesce(input, cached_input, cached_write, output) IS NOT NULL
    AND coalesce(input, '0') ~ '^[0-9]{1,15}$' AND coalesce(cached_input, '0') ~ '^[0-9]{1,15}$'
    AND coalesce(cached_write, '0') ~ '^[0-9]{1,15}$' AND coalesce(output, '0') ~ '^[0-9]{1,15}$' AS sound
  FROM found
  WHERE place = 1 OR coalesce(request_id, '') = ''
)
SELECT * FROM (
  SELECT 'total' AS kind, to_char(began AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "time", client, model,
    NULL AS request_id, sum(CASE WHEN sound THEN input::bigint END)::text AS input, sum(CASE WHEN sound THEN cached_input::bigint END)::text AS cached_input,
    sum(CASE WHEN sound THEN cached_write::bigint END)::text AS cached_write, sum(CASE WHEN sound THEN output::bigint END)::text AS output, NULL::json AS usage
  FROM once WHERE sound AND began IS NOT NULL GROUP BY began, client, model
  UNION ALL
  SELECT 'row', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), client, model,
    request_id, input, cached_input, cached_write, output, usage::json
  FROM once WHERE at IS NULL OR (NOT sound AND began IS NOT NULL)
  UNION ALL
  SELECT 'end', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
) AS answer
ORDER BY kind DESC, "time" NULLS LAST, client COLLATE "C" NULLS FIRST, model COLLATE "C" NULLS FIRST,
  request_id COLLATE "C" NULLS FIRST
