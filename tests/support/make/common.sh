# What the commands of the Makefile share. Sourced, from the top folder; POSIX sh.

say() { printf '%s\n' "$*"; }

# One clear line, then the end.
die() {
    printf '%s\n' "$*" >&2
    exit 1
}

jobs_here() { nproc 2>/dev/null || echo 2; }

# The chapters that can be run, one folder name a line.
chapters() {
    for main in chapters/*/main.cpp; do
        [ -e "$main" ] || continue
        folder=${main%/main.cpp}
        say "${folder#chapters/}"
    done
}

list_chapters() {
    say "The chapters there are:"
    for chapter in $(chapters); do
        say "    make run CHAPTER=${chapter%%_*}    ${chapter}"
    done
}

# ARGS is split as a shell splits words. A quote that does not end is found here, before anything is built.
check_args() {
    (eval "set -- $ARGS") 2>/dev/null ||
        die "ARGS has a quote that does not end, or something else that a shell cannot read: $ARGS"
}

# find_chapter 3, 03, channel_executor or 03_channel_executor: sets $chapter, or lists what there is.
find_chapter() {
    chapter=
    for folder in $(chapters); do
        number=${folder%%_*}
        case $1 in
            "$folder" | "$number" | "${number#0}" | "${folder#*_}") chapter=$folder ;;
        esac
    done
    [ -n "$chapter" ] && return
    {
        say "There is no chapter '$1'."
        list_chapters
    } >&2
    exit 1
}

# What CMake keeps in a build folder under a name; nothing when there is no such folder.
cached() { sed -n "s/^$2:[A-Z]*=//p" "$1/CMakeCache.txt" 2>/dev/null; }

# A build folder belongs to the place and the compiler for which it was made. One that came along with a
# copied or moved tree would build the old one, or nothing: it is made anew, and the line says why.
forget_foreign_build() {
    folder=$1
    home=$(cached "$folder" CMAKE_HOME_DIRECTORY)
    compiler=$(cached "$folder" CMAKE_CXX_COMPILER)
    if [ -n "$home" ] && ! [ "$home" -ef . ]; then
        say "$folder/ was made for $home, and this is $PWD: building anew." >&2
    elif [ -n "$CXX" ] && [ -n "$compiler" ] &&
        [ "$(command -v "$CXX")" != "$compiler" ] && ! [ "$(command -v "$CXX")" -ef "$compiler" ]; then
        [ "$folder" = build ] || return 0 # a preset may name its compiler itself
        say "$folder/ was made with $compiler, and CXX is $CXX: building anew." >&2
    else
        return 0
    fi
    rm -rf "$folder"
}

# An older CMake says of the presets only that it does not know them.
check_cmake() {
    needed=$(sed -n 's/^cmake_minimum_required(VERSION \([0-9.]*\))/\1/p' CMakeLists.txt 2>/dev/null)
    version=$(cmake --version 2>/dev/null | sed -n '1s/^cmake version \([0-9.]*\).*/\1/p')
    [ -n "$needed" ] && [ -n "$version" ] || return 0
    printf '%s\n' "$needed" "$version" | sort -C -V ||
        die "The book needs CMake $needed or newer, and this is $version: install a newer one, then try again."
}

# configure PRESET FOLDER [OPTION...]: once; afterwards ninja itself sees when CMake must run again.
configure() {
    preset=$1 folder=$2
    shift 2
    forget_foreign_build "$folder"
    [ -e "$folder/build.ninja" ] && [ $# -eq 0 ] && return
    case $PWD in
        *[\;\&\']*) die "CMake and ninja cannot build in a folder with ; & or ' in its path: $PWD" ;;
    esac
    check_cmake
    # In the build folder, so that nothing is left in the tree, whenever this is interrupted.
    mkdir -p "$folder"
    cmake --preset "$preset" "$@" >"$folder/configure.log" 2>&1 && return
    cat "$folder/configure.log" >&2
    die "CMake could not set up the build: its message is above.${when_not_fetched:+
$when_not_fetched}"
}

# build FOLDER TARGET...: ninja, without its remarks about itself.
build() {
    folder=$1
    shift
    if [ -t 1 ]; then
        ninja -C "$folder" -j "$(jobs_here)" "$@"
        return
    fi
    # A pipe would hide ninja's exit code: it comes out on descriptor 4.
    {
        code=$({
            { NINJA_STATUS='[%f/%t] ' ninja -C "$folder" -j "$(jobs_here)" "$@"; echo $? >&4; } |
                grep -v -e 'Re-checking globbed' -e 'no work to do' -e 'Entering directory' >&3
        } 4>&1)
    } 3>&1
    [ "$code" -eq 0 ]
}
