// @ts-check
/*
 * LiteLLM's own daily tables in its PostgreSQL: one row per UTC day, end user (team, key) and model; README.md.
 */

const SOURCE_TITLE = "LiteLLM's daily spend";
