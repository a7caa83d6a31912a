// @ts-check
/*
 * A table in MySQL or MariaDB, read through the view `tokentill_usage`; README.md. The query totals each window, client
 * and model; rows that it cannot total come one by one, their `usage` as text.
 */

const SOURCE_TITLE = "the usage table";
