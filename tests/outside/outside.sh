#!/bin/sh
# Builds the program of YOUR_PROGRAM.md in a folder of its own, as a reader would, and runs it:
#
#   tests/outside/outside.sh [COMPILER]
#
# Its two files are read from the page, so the page cannot be wrong. The path has a blank in it.
set -e
book=$(cd "$(dirname "$0")/../.." && pwd)
folder="$(mktemp -d)/a program"
trap 'rm -rf "$(dirname "$folder")"' EXIT
mkdir -p "$folder"

# block LANGUAGE FILE: the first fenced block of that language.
block() { sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/{/^\`\`\`/d;p;}" "$book/YOUR_PROGRAM.md" >"$folder/$2"; }
block cpp main.cpp
block cmake CMakeLists.txt
sed -i "s|add_subdirectory(../async-book|add_subdirectory(\"$book\"|" "$folder/CMakeLists.txt"

cmake -G Ninja -S "$folder" -B "$folder/build" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 ${1:+-DCMAKE_CXX_COMPILER="$1"} >"$folder/log" ||
    { cat "$folder/log"; exit 1; }
if grep -q GTest "$folder/build/CMakeCache.txt"; then
    echo "The book has looked for GoogleTest: its tests have come along."
    exit 1
fi
ninja -C "$folder/build" hello >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
said=$("$folder/build/hello")
expected='hello, soon
hello, later'
[ "$said" = "$expected" ] || { printf 'It prints:\n%s\n' "$said"; exit 1; }
# A function that is meant for a coroutine, and has neither co_await nor co_return.
echo 'book::Async<> forgotten() { fmt::print("never\n"); }' >>"$folder/main.cpp"
if ninja -C "$folder/build" hello >"$folder/log" 2>&1; then
    echo "A function without its co_return is compiled: the flag of compiler.cmake is not the program's."
    exit 1
fi
grep -q 'return-type' "$folder/log" || { cat "$folder/log"; exit 1; }
echo "A program of one's own: built with ${1:-the default compiler}, and says what the page says."
