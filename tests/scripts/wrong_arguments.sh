#!/bin/bash
# Each script refuses what it does not know with its usage and exit status 2, before it does anything.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

failed=0
refuses() {
    local said status=0
    said=$(timeout 10 "$@" 2>&1 >/dev/null </dev/null) || status=$?
    if ((status != 2)) || [[ $said != *"usage: $1"* ]]; then
        printf '%s: exit status %d, and it said: %s\n' "$*" "$status" "$said"
        failed=1
    fi
}

refuses scripts/bench --json extra
refuses scripts/bench extra
refuses scripts/conformance --require extra
refuses scripts/conformance extra
refuses scripts/demo --no-install extra
refuses scripts/demo --smartcard extra
refuses scripts/demo extra
refuses scripts/fuzz nosuch
refuses scripts/fuzz --seconds
refuses scripts/fuzz --seconds x
refuses scripts/install-dependencies --list extra
refuses scripts/install-dependencies extra
refuses scripts/lint --format extra
refuses scripts/lint nosuch.cpp
refuses scripts/lint client/error.cpp nosuch.cpp
refuses scripts/lint client/error.cpp --format
refuses scripts/lint README.md

for script in bench conformance demo fuzz install-dependencies lint; do
    refuses scripts/$script --help extra
done

# A copy beside nothing that it could run: these tests must never start all tests.
folder=$(mktemp -d) || exit 1
trap 'rm -r "$folder"' EXIT
mkdir "$folder/scripts"
cp scripts/test "$folder/scripts/"
cd "$folder" || exit 1
refuses scripts/test extra
refuses scripts/test --quick extra
refuses scripts/test --no-install extra
refuses scripts/test --help extra
refuses scripts/test --quick --help
exit "$failed"
