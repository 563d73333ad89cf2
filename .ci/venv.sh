#!/bin/sh
# The virtual environment: `venv.sh create PYTHON DIRECTORY`, `venv.sh install DIRECTORY LOCKFILE`.
# uv installs in seconds where it is present; pip does the same in half a minute.
set -eu

has_uv() { uv --version >/dev/null 2>&1; }

create() {
    python=$1 directory=$2
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "Fenji needs Python 3.11 or later; '$python' is not. Try: make PYTHON=python3.12 …" >&2
        exit 1
    fi
    if has_uv; then
        uv venv --quiet --clear --python "$("$python" -c 'import sys; print(sys.executable)')" "$directory"
    elif ! "$python" -m venv "$directory"; then
        rm -rf "$directory"
        echo "Python cannot make a virtual environment. On Debian or Ubuntu: sudo apt-get install python3-venv" >&2
        exit 1
    fi
}

install() {
    directory=$1 lock=$2
    echo "Installing what $lock names into $directory …"
    if has_uv; then
        uv pip install --quiet --python "$directory/bin/python" --compile-bytecode --require-hashes -r "$lock"
        uv pip install --quiet --python "$directory/bin/python" --no-deps --no-build-isolation --offline --editable .
    else
        pip="$directory/bin/python -m pip --quiet --disable-pip-version-check"
        "$directory/bin/python" -m pip --version >/dev/null 2>&1 || "$directory/bin/python" -m ensurepip >/dev/null
        $pip install --require-hashes --requirement "$lock"
        $pip install --no-deps --no-build-isolation --no-index --editable .
    fi
}

"$@"
