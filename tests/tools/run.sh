#!/bin/sh
# Everything that must hold, in the order in which a mistake costs least. Run by `make test`.
set -u
python=.venv/bin/python
logs=$(mktemp -d "${TMPDIR:-/tmp}/anlan-test.XXXXXX")
trap 'rm -rf "$logs"' EXIT
failed=0

step() {
    name=$1
    shift
    echo "--- $name" >&2
    "$@" || { failed=1; echo "FAILED: $name" >&2; }
}

# pytest's answer goes through a file, so that its closing line can be counted and its exit code survives.
suite() {
    log="$logs/$1"
    shift
    { "$@" 2>&1; echo $? >"$log.code"; } | tee "$log.out"
    code=$(cat "$log.code")
    [ "$code" = 0 ] || [ "$code" = 5 ] # 5: nothing to collect
}

workers=${WORKERS:-2}
export ANLAN_DEMO="$logs/demo"
step "ruff" .venv/bin/ruff check .
step "import contracts" .venv/bin/lint-imports
step "phone's page" sh -c 'cd web/pocket && npm run --silent types && npm test --silent'
step "live pages" sh -c 'cd web/screen && npm run --silent types && npm test --silent'
step "tests on SQLite" suite sqlite $python -m pytest -n "$workers" --dist worksteal --durations=25 -m "not browser"
step "database tests on PostgreSQL" suite postgres sh tests/tools/postgres.sh $python -m pytest -n "$workers" --dist worksteal --durations=25 -m "not browser and (not slow or postgres)"
step "tests in Chromium" suite browser $python -m pytest -n "$workers" --dist worksteal -m browser
$python tests/tools/total.py "$failed" "$logs"/*.out
exit $failed
