#!/bin/sh
# What newcomers do with this folder, and have: each step in a folder of its own, a line for each.
#
#   tests/newcomer/newcomer.sh [STEP...]
#
#   clone      cloned as git for Windows clones, into a folder with a blank in its name, by a user who is not
#              root and has no home: the first commands of the README work
#   copy       a copy of that folder builds the copy, not the folder that it was copied from
#   move       and a folder that was moved builds where it is now
#   shortage   every chapter's program when descriptors or threads have run out: it ends, and says why.
#              The programs of build/bin, or those that there are.
#   narrow     the sources of the libraries as a machine of 32 bits reads them
#   newest     the newest fmt and GoogleTest that Debian has, from their sources, as a reader without
#              packages builds them: with warnings as errors, which are not theirs
#
# Whoever is root runs all but the last two as a user who is not. A step that cannot be done here says why.
book=$(cd "$(dirname "$0")/../.." && pwd)
. "$book/tests/support/make/common.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
clone="$work/the book"
failed=0

step() { printf '%-8s  %s\n' "$1" "$2"; }
wrong() {
    failed=$((failed + 1))
    step "$1" "FAILED: $2"
    [ -z "$3" ] || sed 's/^/    | /' "$3"
}

# As a user of a number that no one has, with what is left of this environment.
newcomer() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=61234 --regid=61234 --clear-groups env -u HOME -u CCACHE_DISABLE CCACHE_DIR="$work/ccache" \
            CCACHE_BASEDIR="$work" CCACHE_NOHASHDIR=1 nice -n 5 "$@"
    else
        env -u HOME -u CCACHE_DISABLE CCACHE_DIR="$work/ccache" CCACHE_BASEDIR="$work" CCACHE_NOHASHDIR=1 nice -n 5 "$@"
    fi
}

# in_folder FOLDER COMMAND...: its output to $work/said, no longer than $patience.
patience=600
in_folder() {
    (cd "$1" && shift && newcomer timeout "$patience" "$@") >"$work/said" 2>&1 </dev/null
}

says() { grep -q -e "$1" "$work/said"; }

clone() {
    # From a copy of what is committed: the folder of somebody else is refused by git.
    git -C "$book" archive HEAD | (mkdir "$work/origin" && tar -x -C "$work/origin")
    (
        cd "$work/origin"
        git init -q . && git add -A && git -c user.name=a -c user.email=a@b commit -q -m all
    ) >/dev/null 2>&1
    git clone -q -c core.autocrlf=true "file://$work/origin" "$clone" || { wrong clone "git clone"; return; }
    returns=$(cd "$clone" && git ls-files --eol | awk '$1 == "i/lf" && $2 != "w/lf" { print $NF }' | head -n 3)
    if [ -n "$returns" ]; then
        wrong clone "line ends of Windows in: $returns"
        return
    fi
    mkdir -p "$work/ccache"
    [ "$(id -u)" -ne 0 ] || chown -R 61234:61234 "$clone" "$work/ccache"
    in_folder "$clone" make || wrong clone "make" "$work/said"
    in_folder "$clone" make run CHAPTER=01 || wrong clone "make run CHAPTER=01" "$work/said"
    says '^spinning\|^1\. ' || wrong clone "make run CHAPTER=01 tells no story" "$work/said"
    in_folder "$clone" make exercise CHAPTER=01 && wrong clone "an exercise that nobody has done is green" "$work/said"
    says '^(1 of [0-9]*) [a-z_]*: red' || wrong clone "make exercise CHAPTER=01 says nothing of red" "$work/said"
    step clone "line ends, a blank in the path, no rights and no home: make, make run, make exercise"
}

copied() {
    [ -d "$clone/build" ] || { wrong "$1" "there is no built clone"; return 1; }
}

copy() {
    copied copy || return
    cp -a "$clone" "$work/copy"
    sed -i '1i #error this is the copy' "$work/copy/chapters/01_simple_future/main.cpp"
    in_folder "$work/copy" make run CHAPTER=01 && wrong copy "the copy runs the folder that it was copied from" "$work/said"
    says "build/ was made for $clone" || wrong copy "it does not say that it builds anew" "$work/said"
    says 'this is the copy' || wrong copy "it does not compile its own main.cpp" "$work/said"
    rm -rf "$work/copy"
    step copy "is built where it is"
}

move() {
    copied move || return
    mv "$clone" "$work/another place"
    clone="$work/another place"
    in_folder "$clone" make run CHAPTER=01 || wrong move "make run CHAPTER=01" "$work/said"
    says "build/ was made for" || wrong move "it does not say that it builds anew" "$work/said"
    step move "is built where it is now"
}

# shortage_of WHAT LIMIT PROGRAM: under that option of prlimit. It may do without; else one line says what it could not do.
shortage_of() {
    what=$1 limit=$2 program=$3
    case $program in
        20_*) arguments=--demo ;;
        01_* | 02_* | 03_* | 14_* | 15_*) arguments= ;;  # they have no virtual time
        *) arguments=--virtual-time ;;
    esac
    rm -f "$work/errors"
    in_folder "$work" sh -c "exec prlimit --core=0 $limit bin/$program $arguments 2>errors"
    code=$?
    mv "$work/errors" "$work/said" 2>/dev/null
    # 02 says besides how many threads it has got, and 03 which task it was.
    lines=$(grep -cv -e 'carrying on with' -e '^a task ended in an exception' "$work/said")
    if [ $code -ge 124 ]; then
        wrong shortage "$program without $what ($limit): it ends with $code (124: it hangs)" "$work/said"
    elif [ $code -ne 0 ] && { [ "$lines" -ne 1 ] || ! says "^$program: "; }; then
        wrong shortage "$program without $what ($limit): not one clear line" "$work/said"
    elif [ $code -ne 0 ] && [ "$what" = threads ] && ! says "cannot start "; then
        wrong shortage "$program without threads: it does not say so" "$work/said"
    fi
}

shortage() {
    mkdir "$work/bin"
    programs=
    for program in $(cd "$book" && chapters); do
        [ -x "$book/build/bin/$program" ] || continue
        cp "$book/build/bin/$program" "$work/bin"
        programs="$programs $program"
    done
    [ -n "$programs" ] || { step shortage "left out: nothing is built in build/bin"; return; }
    chmod 777 "$work"
    patience=60
    for program in $programs; do
        for few in 4 7 12; do
            shortage_of descriptors "--nofile=$few" "$program"
        done
        # Root's own threads are not counted, and another user's are not ours alone.
        [ "$(id -u)" -ne 0 ] || shortage_of threads --nproc=1 "$program"
    done
    step shortage "of descriptors$([ "$(id -u)" -eq 0 ] && echo ' and threads'):$programs"
    [ "$(id -u)" -eq 0 ] || step shortage "left out: threads, for which this has to be started by root"
}

# All files in one unit, so that their headers are read once. A file with an error there is read again alone: each of two
# may have a function of one name. (database/ stands on a library that not everybody has.)
narrow() {
    for_32="g++ -m32 -idirafter /usr/include/x86_64-linux-gnu -std=c++20 -fsyntax-only"
    if ! echo '#include <string>' | $for_32 -x c++ - 2>/dev/null; then
        step narrow "left out: g++ has no headers for 32 bits (on x86: apt-get install g++-$(g++ -dumpversion)-multilib)"
        return
    fi
    read_all() {
        (cd "$book" && $for_32 -Wall -Wextra -Werror -Wno-subobject-linkage -fdiagnostics-plain-output \
            -I. -Ichapters "$1" >"$work/said" 2>&1)
    }
    files=$(cd "$book" && find common chapters -name '*.cpp' ! -name main.cpp ! -path '*/story/*' ! -path '*/database/*')
    printf '#include "%s"\n' $files chapters/book.h >"$work/narrow.cpp"
    if ! read_all "$work/narrow.cpp"; then
        again=$(sed -n 's|^\(\./\)\{0,1\}\([^:]*\):.* error: .*|\2|p' "$work/said" | sort -u)
        case $again in
            '' | *.h*) wrong narrow "with 32 bits:" "$work/said" ;;
            *)
                for file in $again; do
                    read_all "$file" || wrong narrow "with 32 bits:" "$work/said"
                done
                ;;
        esac
    fi
    step narrow "$(say $files | wc -w) files and chapters/book.h as a machine of 32 bits reads them"
}

newest() {
    if ! command -v apt-get >/dev/null 2>&1; then
        step newest "left out: the system has no apt-get to fetch them with"
        return
    fi
    mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial" "$work/fmt" "$work/gtest"
    key=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb-src [signed-by=$key] http://deb.debian.org/debian sid main" >"$work/apt/sources.list"
    # A mirror may lag behind: sources of last month are new enough.
    from_sid() {
        (cd "$work" && timeout 120 apt-get -o Dir::Etc::sourcelist="$work/apt/sources.list" \
            -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$work/apt/lists" \
            -o Dir::Cache="$work/apt/cache" -o APT::Sandbox::User=root \
            -o Acquire::Check-Valid-Until=false "$@") >>"$work/fetched" 2>&1
    }
    from_sid update
    from_sid source --download-only fmtlib
    from_sid source --download-only googletest
    if ! tar -xf "$work"/fmtlib_*.orig.tar.* -C "$work/fmt" --strip-components=1 2>/dev/null ||
        ! tar -xf "$work"/googletest_*.orig.tar.* -C "$work/gtest" --strip-components=1 2>/dev/null; then
        step newest "left out: Debian's package manager cannot give them here"
        return
    fi
    versions=$(cd "$work" && ls fmtlib_*.orig.tar.* googletest_*.orig.tar.* | sed 's/.orig.*//' | tr '_\n' '  ')
    mains=$(cd "$book" && for chapter in $(chapters); do
        say "chapters/$chapter/CMakeFiles/$chapter.dir/main.cpp.o"
    done)
    cmake -G Ninja -S "$book" -B "$work/newest" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 \
        -DASYNC_BOOK_WERROR=ON -DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON -DCMAKE_DISABLE_FIND_PACKAGE_GTest=ON \
        -DFETCHCONTENT_SOURCE_DIR_FMT="$work/fmt" -DFETCHCONTENT_SOURCE_DIR_GOOGLETEST="$work/gtest" \
        >"$work/said" 2>&1 &&
        nice -n 5 ninja -C "$work/newest" -j "$(jobs_here)" 01_simple_future_test $mains >"$work/said" 2>&1 &&
        "$work/newest/bin/01_simple_future_test" --gtest_brief=1 >"$work/said" 2>&1 ||
        { wrong newest "$versions" "$work/said"; return; }
    step newest "every main.cpp, and the tests of chapter 01: $versions"
}

for name in ${*:-clone copy move shortage narrow newest}; do $name; done
[ "$failed" -eq 0 ]
