SET time_zone = '+00:00';
WITH asked AS (
  SELECT STR_TO_DATE(LEFT(one.began, 19), '%Y-%m-%dT%H:%i:%s') AS began, STR_TO_DATE(LEFT(one.ended, 19), '%Y-%m-%dT%H:%i:%s') AS ended
  FROM JSON_TABLE($1, '$[*]' COLUMNS (began VARCHAR(40) PATH '$.start', ended VARCHAR(40) PATH '$.end')) AS one
),
found AS (
  SELECT asked.began AS began, logged.`time` AS called, CAST(logged.client AS CHAR) AS client, CAST(logged.model AS CHAR) AS model,
    CAST(logged.request_id AS CHAR) AS request_id, CAST(logged.`input` AS CHAR) AS `input`, CAST(logged.cached_input AS CHAR) AS cached_input,
    CAST(logged.cached_write AS CHAR) AS cached_write, CAST(logged.`output` AS CHAR) AS `output`, CAST(logged.`usage` AS CHAR) AS `usage`,
    ROW_NUMBER() OVER (PARTITION BY HEX(logged.request_id) ORDER BY logged.`time`) AS place
  FROM tokentill_usage AS logged
  LEFT JOIN asked ON logged.`time` >= asked.began AND logged.`time` < asked.ended
  WHERE logged.`time` IS NULL
    OR (logged.`time` >= (SELECT MIN(began) FROM asked) AND logged.`time` < (SELECT MAX(ended) FROM asked))
),
once AS (
  SELECT found.*, COALESCE(`input`, cached_input, cached_write, `output`) IS NOT NULL
    AND COALESCE(`input`, '0') NOT REGEXP '[^0-9]' AND CHAR_LENGTH(COALESCE(`input`, '0')) BETWEEN 1 AND 15
    AND COALESCE(cached_input, '0') NOT REGEXP '[^0-9]' AND CHAR_LENGTH(COALESCE(cached_input, '0')) BETWEEN 1 AND 15
    AND COALESCE(cached_write, '0') NOT REGEXP '[^0-9]' AND CHAR_LENGTH(COALESCE(cached_write, '0')) BETWEEN 1 AND 15
    AND COALESCE(`output`, '0') NOT REGEXP '[^0-9]' AND CHAR_LENGTH(COALESCE(`output`, '0')) BETWEEN 1 AND 15 AS sound
  FROM found
  WHERE place = 1 OR COALESCE(request_id, '') = ''
)
SELECT * FROM (
  SELECT 'total' AS kind, DATE_FORMAT(began, '%Y-%m-%dT%H:%i:%sZ') AS `time`, MIN(client) AS client, MIN(model) AS model,
    NULL AS request_id, CAST(SUM(CAST(`input` AS UNSIGNED)) AS CHAR) AS `input`, CAST(SUM(CAST(cached_input AS UNSIGNED)) AS CHAR) AS cached_input,
    CAST(SUM(CAST(cached_write AS UNSIGNED)) AS CHAR) AS cached_write, CAST(SUM(CAST(`output` AS UNSIGNED)) AS CHAR) AS `output`, NULL AS `usage`
  FROM once WHERE sound AND began IS NOT NULL GROUP BY began, HEX(client), HEX(model)
  UNION ALL
  SELECT 'row', DATE_FORMAT(called, '%Y-%m-%dT%H:%i:%sZ'), client, model,
    request_id, `input`, cached_input, cached_write, `output`, `usage`
  FROM once WHERE called IS NULL OR (NOT sound AND began IS NOT NULL)
  UNION ALL
  SELECT 'end', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
) AS answer
ORDER BY kind DESC, `time` IS NULL, `time`, HEX(client), HEX(model), HEX(request_id)
