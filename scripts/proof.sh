#!/usr/bin/env bash
# The full figures of the promises, one line each (promise | figure | seed | seconds), into docs/proof.md.
# Tests print lines that begin with PROOF when BAIHUO_PROOF is set; the real year is read from ../shared where it lies.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$(mktemp -d); trap 'rm -rf "$dir"; scripts/postgres.sh stop /tmp/baihuo-proof-pg' EXIT
BAIHUO_TEST_POSTGRES=$(scripts/postgres.sh start /tmp/baihuo-proof-pg 54393 durable </dev/null)
export BAIHUO_TEST_POSTGRES BAIHUO_PROOF=1 BAIHUO_KILLS=200 BAIHUO_MODEL_STEPS=100000 BAIHUO_LAST_UNIT_ROUNDS=300
log=${BAIHUO_PROOF_LOG:-$dir/log}
status=0
go test -count=1 -timeout 4h -p 1 -v ./internal/proof ./internal/inventory ./internal/job ./internal/journal ./internal/customer/... ./internal/intake ./internal/replay ./internal/demo ./internal/webhook ./internal/app ./internal/web \
  >"$log" 2>&1 || status=1
year=../shared/data/online-retail/orders.csv.gz
lines=$dir/lines
grep -hoE 'PROOF .*' "$log" | sed 's/^PROOF //' >"$lines" || true
if [ -f "$year" ]; then
  for engine in sqlite postgres; do
    db="sqlite:$dir/year.db"
    if [ $engine = postgres ]; then
      psql -q "$BAIHUO_TEST_POSTGRES" -c "CREATE DATABASE year TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
      db=${BAIHUO_TEST_POSTGRES/\/postgres\?/\/year?}
    fi
    begun=$(date +%s.%N)
    /usr/bin/env time -f '%M' -o "$dir/rss" bin/baihuo --data "$dir/d$engine" --db "$db" import orders "$year" --profile uci --create-skus >"$dir/out" 2>/dev/null || status=1
    printf 'the real year as history on %s, peak %s MB | %s | - | %.0f\n' $engine "$(( $(cat "$dir/rss") / 1024 ))" \
      "$(grep -m1 orders "$dir/out" | cut -c1-120)" "$(echo "$(date +%s.%N) - $begun" | bc)" >>"$lines"
    bin/baihuo --data "$dir/d$engine" --db "$db" check >"$dir/check" 2>&1 || status=1
    printf 'check after it on %s | %s | - | -\n' $engine "$(tail -n 1 "$dir/check")" >>"$lines"
  done
fi
{
  echo "# Proof"
  echo
  echo "Written by \`make proof\` on $(date -u +%Y-%m-%d), $(nproc) cores, $(go version | cut -d' ' -f3), exit $status."
  echo
  echo "| promise | figure | seed | seconds |"
  echo "|---|---|---|---|"
  sed 's/^/| /; s/$/ |/' "$lines"
} >docs/proof.md
cat docs/proof.md
[ $status = 0 ] || { grep -E '^(---|===)? *(FAIL|panic)' "$log" | head -40; tail -n 30 "$log"; }
exit $status
