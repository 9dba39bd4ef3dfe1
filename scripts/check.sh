#!/usr/bin/env bash
# Format, vet, staticcheck, generated files. The arrows are a test (internal/app/arrows_test.go).
set -euo pipefail
unformatted=$(gofmt -l main.go internal client)
[ -z "$unformatted" ] || { echo "not formatted (gofmt -w):"; echo "$unformatted"; exit 1; }
go vet ./...
go tool staticcheck ./...
go run . generate --check
go test -run 'TestArrows|TestTables' ./internal/app
echo "check: clean"
