-- The ledger's rows of one UTC day. The loader puts in the day's table and the columns.

-- name: copy_events
COPY {table} ({ledger}) FROM STDIN (FORMAT binary);
