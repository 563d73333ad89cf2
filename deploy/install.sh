#!/bin/sh
# Installs from an unpacked bundle, without a network, into the directory it was unpacked to:
#   sh deploy/install.sh
# Needs Python (the bundle's name says which) with venv; on Debian and Ubuntu: python3-venv.
set -eu

cd "$(dirname "$0")/.."
[ -d wheels ] || { echo "There are no wheels here: unpack a bundle made by deploy/bundle.sh." >&2; exit 1; }

echo "Checking every file …"
sha256sum --quiet --check SHA256SUMS

# pip and uv alike: nothing but these files
export PIP_NO_INDEX=1 PIP_FIND_LINKS="$PWD/wheels" PIP_CONFIG_FILE=/dev/null
export UV_NO_INDEX=1 UV_FIND_LINKS="$PWD/wheels" UV_OFFLINE=1 UV_NO_CONFIG=1
rm -rf .venv
sh .ci/venv.sh create "${PYTHON:-python3}" .venv
sh .ci/venv.sh install .venv requirements.lock

# The services run as another account, which cannot run a Python that lies in root's home.
directory=$(readlink -f .venv/bin/python)
while [ "$(id -u)" = 0 ] && [ "$directory" != / ]; do
    directory=$(dirname "$directory")
    case $(stat -c %A "$directory") in
    *x | *t) ;;
    *) echo "Only root can run this Python, $directory is closed: PYTHON=/usr/bin/python3 sh deploy/install.sh" >&2 ;;
    esac
done

.venv/bin/python -c 'from fenji.config.translations import compile_translations; compile_translations()'
touch .venv/.run
echo "Installed: $PWD/.venv/bin/fenji --help"
