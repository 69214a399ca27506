#!/bin/sh
# run_test.sh PROGRAM - how a run goes: what it reads, what ends it; from the top of the source tree.
#
# All input is made here. Prints TAP.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

cloudtrail() {
    printf '{"eventVersion":"1.08","eventTime":"2025-04-01T10:00:01Z","userIdentity":{},'
    printf '"eventSource":"ec2.amazonaws.com","eventName":"%s","awsRegion":"eu-west-1"}\n' "$1"
}

azure() {
    printf '{"time":"2025-04-01T10:00:01Z","operationName":"%s","resourceId":"/x",' "$1"
    printf '"category":"Administrative","caller":"ann"}\n'
}

plain() {
    printf '{"id":"%s","caller":"ann"}\n' "$1"
}

# read_records CANDIDATES QUERY OPTION... - over three records of CloudTrail, two of Azure, one other.
read_records() {
    wanted=$1
    query=$2
    shift 2
    run 0 run -o ndjson --stats=json --lang spl -q "$query" "$@" "$work/in"
    err_has '"records":6,'
    err_has "\"candidates\":$wanted,"
}

# A format that no plan looks at is told apart and counted, not read, whether the plans that look at
# others have gates or not.
formats_nobody_asks_for_are_not_read() {
    { cloudtrail A && azure W && cloudtrail B && plain 1 && azure D && cloudtrail A; } \
        >"$work/in/mixed.json"
    read_records 3 'sourcetype=aws:cloudtrail awsRegion=eu* | stats count'
    out_has '{"count":3}'
    err_has '"formats":{"azure-activity":2,"cloudtrail":3,"json":1}'
    read_records 2 'sourcetype=aws:cloudtrail eventName=A | stats count'
    out_has '{"count":2}'
    read_records 2 'index=azure sourcetype="mscs:azure:audit" caller=ann | stats count'
    out_has '{"count":2}'
    read_records 1 'index=azure sourcetype="mscs:azure:audit" operationName=W | stats count'
    read_records 6 '* | stats count'
    read_records 6 'sourcetype=aws:cloudtrail eventName=A | stats count' --no-gate
    # Records inside of strings are told apart one by one.
    printf '{"logEvents":[{"message":"%s"},{"message":"%s"}]}' \
        "$(cloudtrail A | tr -d '\n' | sed 's/"/\\"/g')" \
        "$(cloudtrail B | tr -d '\n' | sed 's/"/\\"/g')" >"$work/in/mixed.json"
    run 0 run -o ndjson --stats=json --lang spl \
        -q 'index=azure sourcetype="mscs:azure:audit" caller=ann' "$work/in"
    err_has '"records":2,"candidates":0,'
}

# 70 MB by a redirection are given to the workers in slices, as if the file had been named.
standard_input_from_a_large_file() {
    awk 'BEGIN { for (i = 0; i < 500000; i++) printf "{\"id\":%d,\"pad\":\"%0110d\"}\n", i, i }' \
        >"$work/in/large.json"
    query='id=4999* | fields id | fields - _raw _time'
    run 0 run -o ndjson --threads 4 --lang spl -q "$query" "$work/in/large.json"
    mv "$work/out" "$work/right"
    [ "$(wc -l <"$work/right")" -eq 111 ] || fail "not 111 rows"
    input=$work/in/large.json
    run 0 run -o ndjson --threads 4 --lang spl -q "$query"
    cmp -s "$work/right" "$work/out" || fail "other rows from standard input"
    err_has "Read 1 file"
    err_has "500,000 events"
}

# The first rows are the same ones, however many workers look for them, and the run ends there.
limits_do_not_depend_on_threads() {
    awk -v folder="$work/in" 'BEGIN {
        for (f = 0; f < 60; f++) {
            file = sprintf("%s/%02d.json", folder, f)
            for (i = 0; i < 200; i++)
                printf "{\"time\":\"2025-04-01T10:%02d:00Z\",\"id\":%d}\n", i % 60, f * 200 + i >file
            close(file)
        }
    }'
    for query in '* | table id' '* | head 7 | table id' '* | sort 9 - id | table id' \
        '* | dedup time | table id time' '* | tail 5 | table id'; do
        for threads in 1 2 8; do
            for limit in 3 500; do
                run 0 run -o ndjson --limit $limit --threads $threads --lang spl -q "$query" "$work/in"
                [ $threads -ne 1 ] || cp "$work/out" "$work/right.$limit"
                cmp -s "$work/right.$limit" "$work/out" || fail "$query: other rows by $threads threads"
                [ "$(wc -l <"$work/out")" -le $limit ] || fail "$query: more than $limit rows"
                [ -s "$work/out" ] || fail "$query: no rows"
            done
        done
    done
    run 0 run -o ndjson --limit 3 --lang spl -q '* | table id' "$work/in"
    printf '{"id":0}\n{"id":1}\n{"id":2}\n' | cmp -s - "$work/out" || fail "not the first rows"
}

# Rows of a sort come when all is read: who interrupts then has waited long enough.
interrupted_behind_the_last_input() {
    awk 'BEGIN { for (i = 0; i < 60000; i++) printf "{\"id\":%d,\"pad\":\"%0100d\"}\n", i, i }' \
        >"$work/in/many.json"
    for options in "" "--memory 1M"; do
        mkfifo "$work/rows"
        # shellcheck disable=SC2086  # an option and its value
        "$program" run -o ndjson $options --lang spl -q '* | table id pad | sort 0 - id' \
            "$work/in/many.json" >"$work/rows" 2>"$work/err" </dev/null &
        pid=$!
        {
            read -r first
            kill -INT $pid
            cat
        } <"$work/rows" >"$work/out"
        wait $pid
        code=$?
        rm "$work/rows"
        case $first in
        '{"id":59999,'*) ;;
        *) fail "not the first row: $first" ;;
        esac
        [ $code -eq 130 ] || fail "$options: ended with $code, not 130"
        err_has "partial"
        [ "$(wc -l <"$work/out")" -lt 40000 ] || fail "$options: went on to the end"
    done
}

tests="
    formats_nobody_asks_for_are_not_read standard_input_from_a_large_file
    limits_do_not_depend_on_threads interrupted_behind_the_last_input
"
tap_end "$tests" "$2"
