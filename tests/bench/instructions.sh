#!/bin/sh
# What an operation costs in instructions, as callgrind counts them in build/bin/measures. Such a count is the same on
# a busy machine as on an idle one. In the top folder:
#
#   sh tests/bench/instructions.sh             name, ours, the baseline's; of what is measured in bytes, the bytes
#   sh tests/bench/instructions.sh --check     red, if one is more than 2 % off what instructions.txt says
#   sh tests/bench/instructions.sh --renew     writes instructions.txt anew
#   sh tests/bench/instructions.sh --compare SAYS COUNTED      the check alone, of two files
here=tests/bench
. tests/support/make/common.sh

# Counts of another compiler, or for another processor, are other counts.
compiler_of_build() {
    compiler=$(cached build CMAKE_CXX_COMPILER)
    case $("$compiler" --version) in *clang*) name=clang ;; *) name=g++ ;; esac
    say "$name $("$compiler" -dumpfullversion -dumpversion), $(uname -m)"
}

count() {
    command -v valgrind >/dev/null 2>&1 || die "The instructions are counted by valgrind: apt-get install -y valgrind"
    folder=build/instructions
    rm -rf "$folder"
    mkdir -p "$folder"
    # The C library has a memcpy for each kind of processor: here it is that which all have.
    GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX,-AVX512F,-AVX512VL,-ERMS,-FSRM,-SSSE3 \
        valgrind --tool=callgrind --callgrind-out-file="$folder/out" --dump-before=book_measures_mark \
        build/bin/measures --count >"$folder/names" 2>"$folder/log" || { cat "$folder/log" >&2; return 1; }
    # The k-th pair of marks: out.(2k-1) is what came before it, out.(2k) what came between.
    pair=0
    while IFS='	' read -r name side times; do
        case $times in
            =*) value=${times#= } ;;
            *)
                pair=$((pair + 2))
                total=$(sed -n 's/^summary: //p' "$folder/out.$pair") && [ -n "$total" ] || return 1
                value=$(((total + times / 2) / times))
                ;;
        esac
        if [ "$side" = ours ]; then
            printf '%s %s' "$name" "$value"
        else
            printf ' %s\n' "$value"
        fi
    done <"$folder/names"
}

compare() {
    awk '
        /^#/ || NF == 0 { next }
        FNR == NR { says[$1] = $2; next }
        { counted[$1] = 1 }
        !($1 in says) { printf "%s: %d now; it is not in the list\n", $1, $2; bad = 1; next }
        {
            off = 100 * ($2 - says[$1]) / says[$1]
            if (off > 2 || off < -2) { printf "%s: %d now, %d in the list: %+.1f %%\n", $1, $2, says[$1], off; bad = 1 }
        }
        END {
            for (name in says) if (!(name in counted)) { printf "%s: in the list, and not counted\n", name; bad = 1 }
            exit bad
        }' "$1" "$2"
}

case $1 in
    "") count ;;
    --compare) compare "$2" "$3" ;;
    --check)
        says=$(sed -n 's/^# compiler: //p' "$here/instructions.txt")
        [ "$says" = "$(compiler_of_build)" ] || die "$here/instructions.txt is of $says, and build/ of $(compiler_of_build)."
        count >build/instructions.counted || exit 1
        compare "$here/instructions.txt" build/instructions.counted ||
            die "If that is meant, renew the list: sh $here/instructions.sh --renew"
        ;;
    --renew)
        count >build/instructions.counted || exit 1
        {
            say "# Instructions an operation takes, as callgrind counts them (of a task's weight: bytes)."
            say "# More than 2 % off, up or down, is red in CI. To renew this list: sh $here/instructions.sh --renew"
            say "# compiler: $(compiler_of_build)"
            awk '{ printf "%-14s %6d\n", $1, $2 }' build/instructions.counted
        } >"$here/instructions.txt"
        ;;
    *) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
