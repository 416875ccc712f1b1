# Every developer command. `make` alone lists them.

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset test quick check docs bench proof words lock tools

python := .venv/bin/python
ARGS ?=

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS='	' read -r name words; do \
		printf 'make %-12s%s\n' "$$name" "$$words"; done

setup: ## environment and dependencies; the others call it
	@scripts/bootstrap demo

demo: setup ## environment, database, sample work, the site at 127.0.0.1:8000; ARGS="--port 8001"
	@.venv/bin/alongside demo $(ARGS)

demo-reset: setup ## the sample work from its beginning
	@.venv/bin/alongside demo --reset --no-serve $(ARGS)

test: ## everything: both databases, a real browser, a real mail server
	@scripts/bootstrap test
	@scripts/test everything

quick: tools ## the tests that need neither browser nor PostgreSQL
	@scripts/test quick

check: tools ## format, lint, types, room rules, templates, translations, migrations, content: changes nothing
	@scripts/check

docs: tools ## the documents as pages in var/docs, and open the first
	@$(python) scripts/docs.py

bench: tools ## timings, with their method; never part of a test. ARGS="1000 100000" says how many cases
	@$(python) scripts/bench.py
	@$(python) benchmarks/cases.py $(or $(ARGS),1000)

proof: tools ## ten thousand danger answers under kills, load and trouble; hours. ARGS="kills"
	@scripts/proof $(ARGS)

words: tools ## new texts of pages into the files of translations, to be translated
	@scripts/words

lock: tools ## the lock files again, from pyproject.toml; UPGRADE=1 takes newer versions
	@scripts/lock

tools:
	@scripts/bootstrap quick
