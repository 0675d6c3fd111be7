#!/bin/sh
# Creates or upgrades Temporal's two schemas. Every step may be run again.
set -eu

for pair in temporal:temporal temporal_visibility:visibility; do
  database=${pair%%:*}
  schema=${pair##*:}
  run() { temporal-sql-tool --plugin mysql8 --endpoint "$MYSQL_SEEDS" --port 3306 --user "$MYSQL_USER" --db "$database" "$@"; }
  run create-database
  run setup-schema -v 0.0 || echo "$database has a schema already"
  run update-schema -d "/etc/temporal/schema/mysql/v8/$schema/versioned"
done
