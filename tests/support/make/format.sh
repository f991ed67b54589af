#!/bin/sh
# make format: clang-format on every source; with --check it only says which ones differ.
. tests/support/make/common.sh

command -v clang-format >/dev/null 2>&1 || die "clang-format is missing: apt-get install -y clang-format"
how=-i
[ "$1" = --check ] && how='--dry-run -Werror'
git ls-files -co --exclude-standard '*.h' '*.cpp' ':!mine' | xargs -r clang-format $how
