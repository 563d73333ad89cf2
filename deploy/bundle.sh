#!/bin/sh
# Everything an installation without a network needs, as one file:
#   deploy/bundle.sh [DIRECTORY]     writes DIRECTORY/fenji-<version>-<python>-<machine>.tar.gz (default: dist)
# Run it on a machine with a network and the same Python and processor as the one to install on.
# Set PYTHON for another Python than python3. What is committed goes in, nothing else.
set -eu

python=${PYTHON:-python3}
out=${1:-dist}
cd "$(dirname "$0")/.."

version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
tag=$("$python" -c 'import platform, sys; print("cp%d%d-%s" % (*sys.version_info[:2], platform.machine()))')
name=fenji-$version-$tag
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d "$out/.bundle.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

echo "Source …"
mkdir -p "$work/$name/wheels"
git archive HEAD | tar -x -C "$work/$name"

echo "Packages named in requirements.lock, each checked against its hash …"
"$python" -m venv "$work/venv"
"$work/venv/bin/python" -m pip download --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
    --requirement requirements.lock --dest "$work/$name/wheels"

echo "Checksums …"
(cd "$work/$name" && find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum >SHA256SUMS)
tar -C "$work" -czf "$work/$name.tar.gz" "$name"
mv "$work/$name.tar.gz" "$out/$name.tar.gz"
(cd "$out" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
echo "$out/$name.tar.gz"
