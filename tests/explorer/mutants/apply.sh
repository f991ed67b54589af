#!/bin/sh
# apply.sh PATCH FROM TO FILE...: copies the files from one tree into the other and patches the copies.
patch=$1 from=$2 to=$3
shift 3
for file in "$@"; do
    mkdir -p "$to/$(dirname "$file")"
    cp "$from/$file" "$to/$file"
done
if command -v patch >/dev/null 2>&1; then
    patch -s -p1 -d "$to" <"$patch" && exit
else
    (cd "$to" && GIT_DIR=/ git apply "$patch") && exit
fi
echo "The mutant $(basename "$patch") does not fit any more: $* changed. Make the same mistake in it anew
(tests/explorer/README.md says how)." >&2
exit 1
