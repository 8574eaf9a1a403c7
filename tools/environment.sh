#!/bin/sh
# Makes the environment in which labjournal is developed, tested and demonstrated: environment.sh FOLDER [PYTHON]
# STUDIES=yes adds what the worked studies and the tests of trainers need to an environment that is there.
# FOLDER is a virtual environment; one that exists (an active one, say) is used as it is.
# Packages come from whatever index pip is set up for. A torch that is already there is kept.
set -eu

folder=$1
chosen=${2:-}
torch=$(sed -n 's/^torch==//p' constraints.txt)

say() { printf 'labjournal: %s\n' "$*" >&2; }
stop() {
    say "$@"
    exit 1
}
recent_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
has_torch() { "$1" -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("torch") is None)'; }

if [ ! -x "$folder/bin/python" ]; then
    if [ -z "$chosen" ]; then
        for candidate in python3 python3.13 python3.12 python3.11; do
            if recent_enough "$candidate"; then
                chosen=$candidate
                break
            fi
        done
    fi
    [ -n "$chosen" ] || stop "Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python3.11"
    recent_enough "$chosen" || stop "$chosen is not Python 3.11 or newer; name another with: make PYTHON=..."
    "$chosen" -c 'import ensurepip, venv' 2>/dev/null ||
        stop "$chosen cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv"
    share=
    if has_torch "$chosen"; then
        say "the torch of $chosen is used"
        share=--system-site-packages
    fi
    # shellcheck disable=SC2086 # empty means no option
    "$chosen" -m venv $share "$folder"
fi

python=$folder/bin/python
recent_enough "$python" || stop "$python is older than Python 3.11; take another environment with: make VENV=.venv"
"$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip >/dev/null 2>&1 ||
    stop "$folder has no pip; take another environment with: make VENV=.venv"
pip() { "$python" -m pip --disable-pip-version-check "$@"; }

known=constraints.txt
if has_torch "$python"; then
    # numpy is left alone too: a torch is built against one.
    known=$folder/labjournal-constraints.txt
    grep -vE '^(torch|numpy)==' constraints.txt >"$known"
elif [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
    say "fetching torch $torch (about 100 MB)"
    pip install --quiet -c constraints.txt "torch==$torch"
elif nvidia-smi -L 2>/dev/null | grep -q GPU; then
    say "a GPU answers: fetching torch $torch with CUDA, which may be 3 GB and take minutes"
    pip install -c constraints.txt "torch==$torch"
else
    say "fetching torch $torch for the CPU (about 200 MB)"
    if ! pip install --quiet -c constraints.txt "torch==$torch+cpu" 2>/dev/null; then
        say "the package index of pip offers no build of torch for the CPU alone: the usual one is fetched, which may be"
        say "3 GB and take minutes. (Ctrl-C; set PIP_EXTRA_INDEX_URL to PyTorch's index of CPU builds; make again.)"
        pip install -c constraints.txt "torch==$torch"
    fi
fi
if [ "${STUDIES:-}" = yes ]; then
    # Only wheels: fastjet would take many minutes to build. 230 MB on disk; the torch that is there stays.
    say "fetching the packages of the worked studies and of trainers (about 35 MB)"
    pip install --quiet --only-binary :all: -c "$known" -e '.[studies,trainers]' ||
        stop "they could not be installed: tests of studies and trainers that need them are skipped"
else
    say "fetching the other packages"
    pip install --quiet -c "$known" -e '.[demo,dev]'
fi
# Code that lies in the working tree is compiled by nobody else where PYTHONDONTWRITEBYTECODE is set.
"$python" -m compileall -q src
