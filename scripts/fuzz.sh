#!/usr/bin/env bash
# Runs every fuzz target of the project for the time given. Minimising is kept short: with its default the engine
# spends whole minutes on one large input.
set -euo pipefail
for package in $(go list ./...); do
  for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
    echo "== $package $target"
    go test -run '^$' -fuzz "^$target\$" -fuzztime "$1" -fuzzminimizetime 1x "$package"
  done
done
