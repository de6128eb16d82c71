# What `run` and `test` share. Sourced from the root of the checkout, never run
# by itself. Plain POSIX shell, so that nothing but Python has to be there.

py=.venv/bin/python
log=.venv/install.log
stamp=.venv/installed-from
heartbeat=

say() { printf '%s\n' "$*"; }

fail() { # PROBLEM [HINT]
    printf '\nError: %s\n' "$1" >&2
    [ -z "${2-}" ] || printf '  Hint: %s\n' "$2" >&2
    exit 1
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for python in python3.11 python3.12 python3.13 python3.14 python3 python; do
        new_enough "$python" && return
    done
    fail "There is no Python 3.11 or newer on the PATH." \
        "Install one (on Debian and Ubuntu: apt install python3 python3-venv)."
}

# What the environment was made from: a second run with the same answer installs
# nothing. The folder is in it because an environment does not survive a move.
made_from() {
    "$py" - <<'END' 2>/dev/null
import hashlib, pathlib, sys
files = ("pyproject.toml", "constraints.txt")
text = b"".join(pathlib.Path(name).read_bytes() for name in files)
print(pathlib.Path.cwd(), sys.version_info[:2], hashlib.sha256(text).hexdigest())
END
}

new_environment() {
    find_python
    [ -w . ] || fail "This user may not write in $PWD." \
        "Copy the checkout to a folder of your own and start there."
    "$python" -c 'import shutil, sys; sys.exit(shutil.disk_usage(".").free < 2e9)' ||
        fail "Less than 2 GB is free on the disk of $PWD, and the packages need it." \
            "Free some space, or move the checkout to another disk."
    say "Making the environment .venv with $("$python" --version)."
    if said=$("$python" -m venv --clear .venv 2>&1); then return; fi
    # Debian ships Python without the part that puts pip into an environment.
    if "$python" -m venv --without-pip --clear .venv >/dev/null 2>&1 &&
        "$python" -m pip --python "$py" install -q pip >"$log" 2>&1; then
        return
    fi
    [ ! -f "$log" ] || explain_log
    fail "Python could not make an environment in .venv: ${said##*
}" \
        "On Debian and Ubuntu: apt install python3-venv."
}

install() {
    "$py" -m pip --version >/dev/null 2>&1 || new_environment
    say "Installing geosafety and its tools, about 1.4 GB, one to three minutes."
    say "(The details go to $log.)"
    seconds=0
    while sleep 1 >/dev/null 2>&1; do
        seconds=$((seconds + 1))
        [ $((seconds % 15)) = 0 ] || continue
        say "  still at it: $(tail -n 1 "$log" | cut -c 1-70)"
    done &
    heartbeat=$!
    trap stop_heartbeat EXIT
    trap 'exit 130' INT TERM
    "$py" -m pip install --disable-pip-version-check --no-input \
        --progress-bar off -e '.[dev]' -c constraints.txt >"$log" 2>&1 ||
        { stop_heartbeat; explain_log; }
    stop_heartbeat
    # Where Python is told to write no bytecode, every start would compile anew.
    "$py" -m compileall -q .venv/lib >/dev/null 2>&1 || :
    made_from >"$stamp" || fail "$stamp could not be written." "Is the disk full?"
}

stop_heartbeat() {
    [ -z "$heartbeat" ] || kill "$heartbeat" 2>/dev/null || :
    heartbeat=
}

explain_log() {
    if grep -Eq 'No space left|Errno 28|quota exceeded' "$log"; then
        fail "The disk became full while packages were being installed." \
            "Free about 2 GB here and in the temporary folder, and run this again."
    elif grep -Eq 'Errno 13|Permission denied|Read-only file system' "$log"; then
        fail "A file could not be written while packages were being installed." \
            "$log names it. Does .venv belong to another user?"
    elif grep -Eq "Connection|connection|Name or service|name resolution|\
Network is unreachable|timed out|ProxyError|SSLError|getaddrinfo" "$log"; then
        fail "The package index cannot be reached, and the first run needs it." \
            "Check the network (HTTPS_PROXY, or PIP_INDEX_URL for your own index)."
    fi
    fail "The packages could not be installed: $(grep -E '^(ERROR|error): ' "$log" |
        tail -n 1 | cut -d ' ' -f 2-)" "The whole story is in $log."
}

made_elsewhere() {
    case $(stamped) in '' | "$PWD ("*) return 1 ;; esac
}

stamped() {
    [ ! -f "$stamp" ] || { read -r was <"$stamp" && say "$was"; }
}

# Leave .venv ready: made when missing, made again when it cannot work here
# (moved, or its Python is gone), brought up to date when the pins have changed.
environment() {
    if ! new_enough "$py"; then
        [ ! -d .venv ] || say "The environment in .venv does not work: starting over."
        new_environment
    elif made_elsewhere; then
        say "The environment in .venv was made in another folder: starting over."
        new_environment
    fi
    if [ "$(stamped)" = "$(made_from)" ]; then
        say "The environment .venv is up to date."
    else
        install
    fi
    "$py" -m compileall -q geosafety dash_app >/dev/null 2>&1 || :
}
