#!/bin/sh
# compile.sh BUILD SCRATCH MISTAKE: compiles the exercise's test with the mistake in the place of the
# reader's file, as the build compiles it, and prints what `make exercise` would tell of it. The last
# line is the number of lines that the compiler said.
. tests/support/make/common.sh
. tests/support/make/check.sh

built=$1 scratch=$2 file=$3
id=$(ids | grep -m 1 "/$(sed -n '1s|^// \([a-z0-9_]*\):.*|\1|p' "$file")\$")
mistake=$file
use "$id"
file=$mistake results=$scratch
mkdir -p "$scratch/exercise"
printf '#include "%s"\n' "$file" >"$scratch/exercise/$name.h"

# The reader's header is found in a folder of its target's name: here in ours, and nothing is linked.
command=$(compile_command | sed "s| -Werror | |; s|-I[^ ]*/exercises/$target|-I'$scratch'|")
[ -n "$command" ] || die "The build does not know how $target is compiled."
top=$PWD
(cd "$built" && eval "LC_ALL=C $command -fsyntax-only -c \"\$top/tests/exercises/$chapter/${name}_test.cpp\"") \
    >"$scratch/build.log" 2>&1
if grep -q 'error: ' "$scratch/build.log"; then
    compiler_said "$scratch/build.log"
else
    cp "$scratch/build.log" "$scratch/compile.log"
    warnings half_done
fi
wc -l <"$scratch/build.log" | tr -d ' '
