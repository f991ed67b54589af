#!/bin/sh
# For authors: makes or changes a wrong answer, a patch for the solution of an exercise.
#
#   sh tests/support/make/wrong.sh 20 greeting decodes_twice
#       puts the answer into build/wrong/: the solution, or what the patch makes of it. Edit it, then
#   sh tests/support/make/wrong.sh 20 greeting decodes_twice 'decodes until nothing is encoded.'
#       makes the patch of it, with the mistake in its first line.
. tests/support/make/common.sh

name=$2 what=$3 mistake=$4
[ -n "$what" ] || die "Which one? For example: sh tests/support/make/wrong.sh 20 greeting decodes_twice"
find_chapter "$1"
solution=chapters/$chapter/solutions/$name.h
[ -e "$solution" ] || die "There is no $solution."
patch=tests/exercises/$chapter/wrong/${name}_$what.patch
[ ! -e "${patch%.patch}.h" ] || die "${patch%.patch}.h is a whole file: edit that."
folder=build/wrong/$chapter
copy=$folder/${name}_$what.h
mkdir -p "$folder"

# apply PATCH RESULT
apply() {
    cmake -D PATCH="$1" -D ORIGINAL="$solution" -D RESULT="$2" -P tests/support/cmake/patch.cmake
}

again="sh tests/support/make/wrong.sh $1 $name $what"
if [ -z "$mistake" ]; then
    [ ! -e "$copy" ] || die "$copy is there already. Edit it, or remove it to begin again."
    if [ -e "$patch" ]; then
        apply "$patch" "$copy" || exit 1
    else
        cp "$solution" "$copy"
    fi
    say "Edit $copy, and then: $again 'what it does wrong.'"
    exit
fi

[ -e "$copy" ] || die "There is no $copy yet: begin with $again"
tr -d '\r' <"$solution" >"$folder/solution"
tr -d '\r' <"$copy" >"$folder/answer"
cmp -s "$folder/solution" "$folder/answer" && die "$copy is the solution still: edit it first."
# As few lines around each change as make its place clear.
for context in 1 2 3 5 8 13; do
    {
        say "# Wrong: $mistake"
        diff -U$context --label "a/$solution" --label "b/$solution" "$folder/solution" "$folder/answer" |
            sed 's/^ $//'
    } >"$folder/patch"
    if apply "$folder/patch" "$folder/result" 2>/dev/null && cmp -s "$folder/answer" "$folder/result"; then
        mkdir -p "${patch%/*}"
        mv "$folder/patch" "$patch"
        rm "$copy"
        say "$(wc -l <"$patch" | tr -d ' ') lines: $patch"
        exit
    fi
done
die "No patch of it would be clear. Keep the whole file as ${patch%.patch}.h, with '// Wrong: $mistake' in its first line."
