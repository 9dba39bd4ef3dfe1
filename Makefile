# Everything a newcomer needs. `make` alone lists it.
SHELL := /bin/bash
GO ?= go
export GOFLAGS := -mod=readonly
BIN := bin/baihuo
PG_DIR ?= $(shell scripts/postgres.sh place)/baihuo-postgres-$(shell id -u)
PG_PORT ?= 54391
PGD_DIR ?= /tmp/baihuo-postgres-durable-$(shell id -u)
PGD_PORT ?= 54392

.PHONY: help run build test check bench proof soak fuzz screenshots tools clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 13

build: ## builds bin/baihuo
	$(GO) build -trimpath -o $(BIN) .

run: build ## the living demo on a fresh SQLite file; prints its address
	./$(BIN) demo --fresh

tools: ## installs what the tests need, where missing (Debian, as root)
	@scripts/tools.sh

check: tools ## format, vet, staticcheck, arrows, generated files unchanged
	@scripts/check.sh

test: tools ## everything at small figures, on SQLite and PostgreSQL
	@BAIHUO_TEST_POSTGRES=$$(scripts/postgres.sh start $(PG_DIR) $(PG_PORT) </dev/null) && export BAIHUO_TEST_POSTGRES && \
	  trap 'scripts/postgres.sh stop $(PG_DIR)' EXIT && \
	  $(GO) test -timeout 10m ./... && \
	  $(GO) test -timeout 10m -short -race ./internal/db ./internal/journal ./internal/job ./internal/api

bench: build tools ## measures on both databases, as ratios in one run
	@BAIHUO_BENCH_POSTGRES=$$(scripts/postgres.sh start $(PGD_DIR) $(PGD_PORT) durable </dev/null) && export BAIHUO_BENCH_POSTGRES && \
	  trap 'scripts/postgres.sh stop $(PGD_DIR)' EXIT && ./$(BIN) bench $(ARGS)

proof: build tools ## the full figures, one line each, into docs/proof.md
	@scripts/proof.sh

soak: build ## hours of the demo at high speed with checks, by hand
	./$(BIN) demo --fresh --speed 600 --for $${HOURS:-2400} && ./$(BIN) check --data data/demo

fuzz: ## every fuzz target for a while (FUZZTIME=30s)
	@scripts/fuzz.sh $${FUZZTIME:-30s}

screenshots: build tools ## pictures of the key pages of a demo, into docs/screenshots
	@scripts/screenshots.sh

clean: ## removes what was built
	rm -rf bin
