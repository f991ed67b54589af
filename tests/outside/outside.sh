#!/bin/sh
# Builds the program of YOUR_PROGRAM.md in a folder of its own, as a reader would, and runs it:
#
#   tests/outside/outside.sh [COMPILER]
#
# All is read from the page, so the page cannot be wrong: its two files, FetchContent in the place of
# add_subdirectory, and the line of a compiler without CMake. The path has a blank in it.
set -e
book=$(cd "$(dirname "$0")/../.." && pwd)
folder="$(mktemp -d)/a program"
trap 'rm -rf "$(dirname "$folder")"' EXIT
mkdir -p "$folder"

# block LANGUAGE [N]: the N-th fenced block of that language.
block() {
    awk -v fence="\`\`\`$1" -v wanted="${2:-1}" '/^```/ { if (open) open = 0; else if ($0 == fence) open = ++seen == wanted; next } open' \
        "$book/YOUR_PROGRAM.md"
}
block cpp >"$folder/main.cpp"
block cmake | sed "s|add_subdirectory(../async-book|add_subdirectory(\"$book\"|" >"$folder/CMakeLists.txt"

cmake -G Ninja -S "$folder" -B "$folder/build" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 ${1:+-DCMAKE_CXX_COMPILER="$1"} >"$folder/log" ||
    { cat "$folder/log"; exit 1; }
if grep -q GTest "$folder/build/CMakeCache.txt"; then
    echo "The book has looked for GoogleTest: its tests have come along."
    exit 1
fi
ninja -C "$folder/build" hello >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
expected='hello, soon
hello, later'
# says_hello PROGRAM
says_hello() {
    said=$("$1")
    [ "$said" = "$expected" ] || { printf '%s prints:\n%s\n' "$1" "$said"; exit 1; }
}
says_hello "$folder/build/hello"

# Without CMake: the book lies beside the program's folder, and was built, by the above.
beside=$(dirname "$folder")/async-book
mkdir "$beside"
ln -s "$book/common" "$book/chapters" "$beside"
ln -s "$folder/build/async-book" "$beside/build"
block sh 2 | sed "s|^g++ |${1:-g++} |" >"$folder/line.sh"
grep -q -- '-o hello' "$folder/line.sh" || { echo "The page has no line for a compiler without CMake."; exit 1; }
(cd "$folder" && sh -e ./line.sh) >"$folder/log" 2>&1 || { cat "$folder/line.sh" "$folder/log"; exit 1; }
says_hello "$folder/hello"

# The names that POSIX has as well, and no others: each name of POSIX in a line of its own, which compiles when the
# book has it, too.
case $1 in *clang*) all_errors=-ferror-limit=0 ;; *) all_errors=-fmax-errors=0 ;; esac
for header in unistd sys/socket sys/select signal poll stdio stdlib fcntl time; do
    echo "#include <$header.h>"
done | "${1:-g++}" -E -P -x c++ - | grep -oE '\<[a-z][a-z0-9_]* *\(' | tr -d ' (' | sort -u >"$folder/posix"
{
    printf '#include "%s"\n' book.h 17_io/ends/pipe.h
    while read -r name; do
        printf '#line 1 "%s"\nnamespace of_%s { using book::%s; }\n' "$name" "$name" "$name"
    done <"$folder/posix"
} >"$folder/names.cpp"
"${1:-g++}" -std=c++20 -I"$book" -I"$book/chapters" -fsyntax-only $all_errors "$folder/names.cpp" >"$folder/log" 2>&1 || true
both=$(sed -n 's/^\([a-z0-9_]*\):1:.* error: .*/\1/p' "$folder/log" | sort -u | comm -13 - "$folder/posix" | tr '\n' ' ')
page=$(sed -n '/^`.*: a header of the system/s/:.*//p' "$book/YOUR_PROGRAM.md" | tr -d '`,' | tr ' ' '\n' | sort | tr '\n' ' ')
[ -n "$both" ] && [ "$both" = "$page" ] || { echo "POSIX and the book have both: $both; the page says: $page"; exit 1; }

# Fetched: what is committed, from here, and so without a network. The headers are enough to know that all came.
# (Once is enough: what a compiler makes of them is known by now.)
fetches() {
    mkdir "$folder/fetched"
    cp "$folder/main.cpp" "$folder/fetched"
    block cmake | sed -e '/^add_subdirectory/d' -e 's/^#  *//' -e '/^or, if/d' -e '/^ *CMakeLists.txt$/d' \
        -e "s|<its address>|\"file://$book\"|" -e "s|<a commit>|$(git -C "$book" rev-parse HEAD)|" >"$folder/fetched/CMakeLists.txt"
    cmake -G Ninja -S "$folder/fetched" -B "$folder/fetched/build" -DCMAKE_CXX_FLAGS=-O0 \
        ${1:+-DCMAKE_CXX_COMPILER="$1"} >"$folder/log" 2>&1 || { cat "$folder/fetched/CMakeLists.txt" "$folder/log"; exit 1; }
    ninja -C "$folder/fetched/build" CMakeFiles/hello.dir/main.cpp.o >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
    if grep -q GTest "$folder/fetched/build/CMakeCache.txt"; then
        echo "The fetched book has looked for GoogleTest: its tests have come along."
        exit 1
    fi
}
case $1 in *clang*) ;; *) fetches ;; esac

# A function that is meant for a coroutine, and has neither co_await nor co_return.
echo 'book::Async<> forgotten() { fmt::print("never\n"); }' >>"$folder/main.cpp"
if ninja -C "$folder/build" hello >"$folder/log" 2>&1; then
    echo "A function without its co_return is compiled: the flag of compiler.cmake is not the program's."
    exit 1
fi
grep -q 'return-type' "$folder/log" || { cat "$folder/log"; exit 1; }
echo "A program of one's own: built with ${1:-the default compiler}, and says what the page says."
