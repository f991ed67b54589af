#!/bin/sh
# Installs what the book needs and is missing, saying what it does; silent when nothing is.
#
#   setup.sh         a C++ compiler, cmake, ninja, fmt, GoogleTest
#   setup.sh bench   these, Google Benchmark, wrk and valgrind
#   setup.sh book    cmark-gfm alone, which makes the book's site
#   setup.sh ci      all of these, clang with its tools, ccache, headers for 32 bits, what visits the web server in its
#                    tests: curl, ab and a browser, and for the database of chapter 17 libpq and PostgreSQL
#
# Sourced by the other commands: it chooses the compiler for CMake and exports it as CXX.
. tests/support/make/common.sh

# A compiler is good when it is g++ 12 or newer, or clang 14 or newer.
good_compiler() {
    command -v "$1" >/dev/null 2>&1 || return 1
    version=$("$1" -dumpversion 2>/dev/null)
    case $("$1" --version 2>/dev/null) in
        *clang*) [ "${version%%.*}" -ge 14 ] ;;
        *) [ "${version%%.*}" -ge 12 ] ;;
    esac
}

choose_compiler() {
    if [ -n "$CXX" ]; then
        good_compiler "$CXX" || die "CXX=$CXX is no g++ 12 (or newer) and no clang 14 (or newer)."
        return
    fi
    good_compiler c++ && return
    for compiler in g++ g++-15 g++-14 g++-13 g++-12 clang++ clang++-19 clang++-18 clang++-17 \
        clang++-16 clang++-15 clang++-14; do
        if good_compiler "$compiler"; then
            export CXX="$compiler"
            return
        fi
    done
    return 1
}

# A header of a library: where Debian puts it, or where the compiler looks.
has_header() {
    [ -e "/usr/include/$1" ] || [ -e "/usr/local/include/$1" ] ||
        find /usr/include/*-linux-gnu/"$1" >/dev/null 2>&1
}

# The Debian packages that are missing: $tools must be there, $libraries CMake could fetch instead, and
# without $extras a part of the benches is left out.
find_missing() {
    tools= libraries= extras=
    case $1 in
        book | ci) command -v cmark-gfm >/dev/null 2>&1 || tools="$tools cmark-gfm" ;;
    esac
    if [ "$1" = book ]; then # a site needs no compiler
        missing=$(echo $tools)
        return
    fi
    if ! choose_compiler; then
        tools="$tools g++"
        # An older release's g++ may be too old; it has a newer one under its number.
        command -v apt-cache >/dev/null 2>&1 && default=$(apt-cache policy g++ 2>/dev/null |
            sed -n 's/^ *Candidate: \(.*:\)\{0,1\}\([0-9]*\).*/\2/p')
        [ -n "$default" ] && [ "$default" -lt 12 ] && tools="$tools g++-12"
    fi
    command -v cmake >/dev/null 2>&1 || tools="$tools cmake"
    command -v ninja >/dev/null 2>&1 || tools="$tools ninja-build"
    has_header fmt/format.h || libraries="$libraries libfmt-dev"
    has_header gtest/gtest.h || libraries="$libraries libgtest-dev"
    has_header gmock/gmock.h || libraries="$libraries libgmock-dev"
    case $1 in
        bench | ci)
            has_header benchmark/benchmark.h || extras="$extras libbenchmark-dev"
            command -v wrk >/dev/null 2>&1 || extras="$extras wrk"
            command -v valgrind >/dev/null 2>&1 || extras="$extras valgrind"
            command -v python3 >/dev/null 2>&1 || extras="$extras python3"
            ;;
    esac
    if [ "$1" = ci ]; then
        for tool in clang clang-format clang-tidy ccache curl git; do
            command -v $tool >/dev/null 2>&1 || tools="$tools $tool"
        done
        command -v ab >/dev/null 2>&1 || tools="$tools apache2-utils"
        command -v chromium-headless-shell >/dev/null 2>&1 || tools="$tools chromium-headless-shell"
        # The headers for 32 bits, with which the job newcomer reads the sources.
        if [ "$(uname -m)" = x86_64 ] && command -v g++ >/dev/null 2>&1; then
            echo '#include <string>' |
                g++ -m32 -idirafter /usr/include/x86_64-linux-gnu -fsyntax-only -x c++ - 2>/dev/null ||
                extras="$extras g++-$(g++ -dumpversion)-multilib"
        fi
        has_header postgresql/libpq-fe.h || tools="$tools libpq-dev"
        ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || tools="$tools postgresql"
        # The sanitizers' libraries for clang come apart from it.
        ls /usr/lib/clang/*/lib/linux/libclang_rt.asan*.a \
            /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.asan*.a 2>/dev/null | grep -q . ||
            tools="$tools libclang-rt-dev"
    fi
    missing=$(echo $tools $libraries $extras)
}

# Sets $as_root to what lets apt-get install, or fails.
find_rights() {
    as_root=
    [ "$(id -u)" -eq 0 ] && return
    command -v sudo >/dev/null 2>&1 || return 1
    as_root=sudo
    sudo -n true 2>/dev/null && return
    [ -t 0 ] # somebody is there to type the password
}

# What becomes of the libraries and extras that are not installed. $when_not_fetched is for configure().
do_without() {
    when_not_fetched=
    if [ -n "$(echo $libraries)" ]; then
        say "Not installed, so CMake fetches their sources:$libraries" >&2
        when_not_fetched="Not installed, and perhaps not to be fetched either:$libraries. $1"
    fi
    [ -z "$(echo $extras)" ] || say "Not installed, so left out:$extras" >&2
}

install_missing() {
    line="apt-get install -y $missing"
    if ! command -v apt-get >/dev/null 2>&1; then
        say "The book needs what Debian calls: $missing" >&2
        if [ -n "$(echo $tools)" ]; then
            die "There is no apt-get here. Install these with your system's package manager, then try again."
        fi
        do_without "Install these with your system's package manager, or see to it that there is a network."
        return
    fi
    if ! find_rights; then
        if [ -n "$(echo $tools)" ]; then
            die "The book needs $missing, and only root may install them. Type this, then try again:
    su -c '$line'    (or: sudo $line)"
        fi
        do_without "Ask somebody who may: sudo $line"
        return
    fi
    say "The book needs these packages: $missing"
    say "Installing them: ${as_root:+$as_root }$line"
    log=$(mktemp)
    $as_root apt-get update >"$log" 2>&1
    if ! $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends $missing >>"$log" 2>&1; then
        tail -n 15 "$log" >&2
        rm -f "$log"
        die "apt-get could not install them: its last lines are above. Try: ${as_root:+$as_root }$line"
    fi
    rm -f "$log"
    [ "$1" = book ] || choose_compiler || die "Installed, but there is still no g++ 12 (or newer): set CXX to a newer compiler."
}

find_missing "$1"
[ -z "$missing" ] || install_missing "$1"
