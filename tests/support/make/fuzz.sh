#!/bin/sh
# make fuzz: libFuzzer on the targets of tests/fuzz/, fifteen seconds each.
#
#   make fuzz ARGS="600"      ten minutes each
#   make fuzz ARGS="600 7"    with the seed 7
#
# Each target feeds its checks (tests/fuzz/check_*.h) with inputs that libFuzzer derives from those in
# tests/fuzz/corpus/, one file a shape. What it learns on the way is kept in build-fuzz/corpus/, so
# that the next run begins where this one ends.
. tests/support/make/common.sh

eval "set -- $ARGS"
seconds=${1:-15} seed=${2:-20}

command -v clang++ >/dev/null 2>&1 ||
    die "libFuzzer is a part of clang, and there is none here: apt-get install -y clang"
configure fuzz build-fuzz
build build-fuzz fuzzers || die "The build failed: the compiler's message is above."

found=build-fuzz/found
failed=0
mkdir -p "$found"
for target in head:requests chunked:chunked conversation:requests frames:frames response:responses page:pages; do
    name=${target%:*} corpus=tests/fuzz/corpus/${target#*:}
    log=build-fuzz/$name.log
    learned=build-fuzz/corpus/$name
    mkdir -p "$learned"
    say "$name: $seconds seconds, seed $seed"
    if build-fuzz/bin/"$name"_fuzz "$learned" "$corpus" -dict=tests/fuzz/http.dict -max_len=1500 \
        -seed="$seed" -max_total_time="$seconds" -timeout=10 -print_final_stats=1 \
        -artifact_prefix="$found/$name-" >"$log" 2>&1; then
        say "$name: nothing found in $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs"
        continue
    fi
    failed=1
    grep -v '^#' "$log" | tail -n 40
    input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
    what=$(sed -n 's/^found: //p' "$log" | tail -n 1)
    say "$name: FOUND: ${what:-see above}. The input: ${input:-see $log}"
    [ -z "$input" ] || say "Again:    build-fuzz/bin/${name}_fuzz $input
Smaller:  build-fuzz/bin/${name}_fuzz -minimize_crash=1 -runs=100000 $input
When it is mended, it belongs into $corpus/, named for what it is."
done
[ $failed -eq 0 ]
