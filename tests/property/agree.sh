#!/bin/sh
# agree.sh PROGRAM GENERATE - gates on and off give the same rows over real and over made events.
#
# The real ones are in $STRANDLINE_DATA; without it only the made ones are read. Each query of
# agree_queries.txt and a hunt by the installed detections run over both. Prints TAP.
program=${1:?which program?}
generate=${2:?which generator?}
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0
failures=0
rows=0

# agree NAME ARGUMENT... - runs twice over $inputs.
agree() {
    name=$1
    shift
    number=$((number + 1))
    # shellcheck disable=SC2086  # $inputs: paths without blanks
    "$program" "$@" -o ndjson --now 2025-06-01T00:00:00Z $inputs >"$work/on" 2>"$work/err" </dev/null
    on=$?
    # shellcheck disable=SC2086
    "$program" "$@" -o ndjson --now 2025-06-01T00:00:00Z --no-gate $inputs >"$work/off" \
        2>>"$work/err" </dev/null
    off=$?
    rows=$((rows + $(wc -l <"$work/on")))
    if [ $on -eq $off ] && { [ $on -eq 0 ] || [ $on -eq 3 ]; } && cmp -s "$work/on" "$work/off"; then
        echo "ok $number - $name"
        return
    fi
    failures=$((failures + 1))
    echo "not ok $number - $name: ended with $on and $off"
    diff "$work/on" "$work/off" | cut -c1-300 | head -n 6 | sed 's/^/# /'
    head -n 6 "$work/err" | cut -c1-300 | sed 's/^/# /'
}

"$generate" --shape ndjson --bytes 3M "$work/lines.ndjson" >"$work/made" || exit 2
"$generate" --shape delivery --bytes 3M "$work/deliveries" >>"$work/made" || exit 2
for from in made real; do
    inputs="$work/lines.ndjson $work/deliveries"
    if [ "$from" = real ]; then
        inputs=${STRANDLINE_DATA:-}
        [ -d "$inputs" ] || continue
    fi
    agree "$from: hunt" hunt
    while read -r language query; do
        [ "$language" = '#' ] || agree "$from: $language $query" run --lang "$language" -q "$query"
    done <"$here/agree_queries.txt"
done
[ $rows -gt 1000 ] || {
    failures=$((failures + 1))
    echo "not ok $((number += 1)) - only $rows rows: the queries find nothing"
}
echo "1..$number"
[ $failures -eq 0 ]
