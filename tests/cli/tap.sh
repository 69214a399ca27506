#!/bin/sh
# tap.sh - what the tests of the program share: it is run, looked at, and the result told as TAP.
#
# A test is a function without capitals in its name; tap_end runs all of them, or the one named by
# the script's second argument. Each has an empty directory $work/in to itself.
program=${1:?which program?}
case $program in
/*) ;;
*) program=$PWD/$program ;;
esac
unset COLUMNS NO_COLOR
work=$(mktemp -d)
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
number=0
failures=0

fail() {
    echo "# $*"
    head -n 20 "$work/out" | cut -c1-200 | sed 's/^/#   out: /'
    head -n 20 "$work/err" | cut -c1-200 | sed 's/^/#   err: /'
    bad=yes
}

# run CODE ARGUMENT... - standard input is empty unless $input names a file.
run() {
    want=$1
    shift
    "$program" "$@" >"$work/out" 2>"$work/err" <"${input:-/dev/null}"
    code=$?
    [ $code -eq "$want" ] || fail "$*: ended with $code, not $want"
}

out_has() { grep -qF -- "$1" "$work/out" || fail "standard output lacks: $1"; }
err_has() { grep -qF -- "$1" "$work/err" || fail "standard error lacks: $1"; }
out_lacks() { ! grep -qF -- "$1" "$work/out" || fail "standard output has: $1"; }
err_lacks() { ! grep -qF -- "$1" "$work/err" || fail "standard error has: $1"; }
out_is_empty() { [ ! -s "$work/out" ] || fail "standard output is not empty"; }
err_is_empty() { [ ! -s "$work/err" ] || fail "standard error is not empty"; }
out_lines() {
    lines=$(wc -l <"$work/out")
    [ "$lines" -eq "$1" ] || fail "$lines lines, not $1"
}

tap_test() {
    number=$((number + 1))
    bad=
    input=
    mkdir "$work/in"
    "$1"
    chmod -R u+rwx "$work/in"
    rm -rf "$work/in"
    if [ -n "$bad" ]; then
        failures=$((failures + 1))
        echo "not ok $number - $1"
    else
        echo "ok $number - $1"
    fi
}

# tap_end "TEST..." [ONE]
tap_end() {
    for test in ${2:-$1}; do tap_test "$test"; done
    echo "1..$number"
    [ "$failures" -eq 0 ]
}
