#!/usr/bin/env bash
# Pictures of the key pages into docs/screenshots, of a fresh demo that has lived some hours.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
bin/baihuo --data "$dir" demo --fresh --speed 60 --listen 127.0.0.1:8099 >"$dir/log" 2>&1 &
demo=$!
trap 'kill $demo 2>/dev/null || true; wait $demo 2>/dev/null || true; rm -rf "$dir"' EXIT
for _ in $(seq 120); do
  curl -fs -o /dev/null http://127.0.0.1:8099/sign-in && break
  sleep 0.5
done
sleep "${DEMO_SECONDS:-60}"
mkdir -p docs/screenshots
BAIHUO_SHOTS=$PWD/docs/screenshots BAIHUO_SHOTS_OF=http://127.0.0.1:8099 go test -count=1 -timeout 20m ./internal/web -run '^TestScreenshots$'
du -sh docs/screenshots
