WITH asked AS (
  SELECT * FROM json_to_recordset($1::json) AS one("start" timestamptz, "end" timestamptz)
),
spend AS (
  SELECT date, end_user_id AS client, model, prompt_tokens, cache_read_input_tokens, cache_creation_input_tokens,
    completion_tokens
  FROM "LiteLLM_DailyEndUserSpend" WHERE $2 = 'end_user'
  UNION ALL
  SELECT date, team_id, model, prompt_tokens, cache_read_input_tokens, cache_creation_input_tokens, completion_tokens
  FROM "LiteLLM_DailyTeamSpend" WHERE $2 = 'team'
  UNION ALL
  SELECT date, api_key, model, prompt_tokens, cache_read_input_tokens, cache_creation_input_tokens, completion_tokens
  FROM "LiteLLM_DailyUserSpend" WHERE $2 = 'key'
),
disjoint AS (
  SELECT asked."start" AS began, client, model, cache_read_input_tokens AS cached_input,
    cache_creation_input_tokens AS cached_write, completion_tokens AS output,
    CASE WHEN prompt_tokens < cache_read_input_tokens + cache_creation_input_tokens THEN prompt_tokens
      ELSE prompt_tokens - cache_read_input_tokens - cache_creation_input_tokens END AS input
  FROM spend
  JOIN asked ON spend.date = to_char(asked."start" AT TIME ZONE 'UTC', 'YYYY-MM-DD')
)
SELECT * FROM (
  SELECT 'total' AS kind, to_char(began AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "time", client, model,
    sum(input)::text AS input, sum(cached_input)::text AS cached_input, sum(cached_write)::text AS cached_write,
    sum(output)::text AS output
  FROM disjoint GROUP BY began, client, model
  UNION ALL
  SELECT 'end', NULL, NULL, NULL, NULL, NULL, NULL, NULL
) AS answer
ORDER BY kind DESC, "time" NULLS LAST, client COLLATE "C" NULLS FIRST, model COLLATE "C" NULLS FIRST
