#!/bin/sh
# input_test.sh PROGRAM - input that is broken, hostile, or not there; from the top of the source tree.
#
# Whatever is wrong with one input, the rest is processed, the end of the run says how much was not
# read and names the first cases, and the program ends with 3. All input is made here. Prints TAP.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

# ids CODE "ID..." ARGUMENT... - the ids of all events that are read, in any order.
ids() {
    wanted=$2
    ended=$1
    shift 2
    run "$ended" run -o csv --lang spl -q '* | table eventID' "$@"
    found=$(sed -e 1d -e 's/\r$//' "$work/out" | sort | tr '\n' ' ')
    [ "$found" = "$wanted${wanted:+ }" ] || fail "events: '$found', not '$wanted'"
}

# count CODE NUMBER ARGUMENT... - how many events are read.
count() {
    ended=$1
    wanted=$2
    shift 2
    run "$ended" run -o ndjson --lang spl -q '* | stats count' "$@"
    [ "$(cat "$work/out")" = "{\"count\":$wanted}" ] || fail "not $wanted events"
}

# event ID [MORE] - a record of CloudTrail; MORE stands in front of its end.
event() {
    printf '{"eventVersion":"1.08","eventTime":"2025-04-01T10:00:01Z",'
    printf '"eventSource":"ec2.amazonaws.com","eventName":"StopInstances",'
    printf '"awsRegion":"eu-west-1","eventID":"%s"%s}\n' "$1" "$2"
}

# events COUNT - with ids from 1, and what gzip cannot make small.
events() {
    awk -v count="$1" 'BEGIN {
        srand(7)
        for (i = 1; i <= count; i++) {
            pad = ""
            for (j = 0; j < 12; j++) pad = pad sprintf("%08x", rand() * 2147483647)
            printf "{\"eventVersion\":\"1.08\",\"eventTime\":\"2025-04-01T10:00:01Z\","
            printf "\"eventSource\":\"ec2.amazonaws.com\",\"eventName\":\"StopInstances\","
            printf "\"awsRegion\":\"eu-west-1\",\"eventID\":\"%d\",\"pad\":\"%s\"}\n", i, pad
        }
    }'
}

# repeat COUNT TEXT - without a newline; made by doubling.
repeat() {
    awk -v count="$1" -v text="$2" 'BEGIN {
        while (length(line) < count * length(text)) line = line == "" ? text : line line
        printf "%s", substr(line, 1, count * length(text))
    }'
}

# What was read from the file before it broke stands, and so does what other files hold.
cut_off_gzip() {
    events 1000 | gzip -c >"$work/in/whole.gz"
    size=$(wc -c <"$work/in/whole.gz")
    head -c $((size / 2)) "$work/in/whole.gz" >"$work/in/cut.json.gz"
    rm "$work/in/whole.gz"
    event z >"$work/in/z.json"
    run 3 run -o csv --lang spl -q '* | table eventID' "$work/in"
    lines=$(wc -l <"$work/out")
    if [ "$lines" -lt 300 ] || [ "$lines" -gt 700 ]; then fail "$lines lines of some 500"; fi
    grep -q '^1.$' "$work/out" || fail "the first event is not there"
    grep -q '^z.$' "$work/out" || fail "the other file is not there"
    err_has "not read: 1 x compressed file is truncated or corrupt"
    err_has "cut.json.gz, at byte "
    err_has "cut off"
    err_has "Read 2 files"
    for length in 1 5 12; do # in the header
        events 10 | gzip -c | head -c $length >"$work/in/cut.json.gz"
        run 3 run -o csv --lang spl -q '* | table eventID' "$work/in"
        err_has "cut.json.gz"
    done
}

corrupt_gzip() {
    events 100 | gzip -c >"$work/in/good.gz"
    size=$(wc -c <"$work/in/good.gz")
    { head -c $((size - 8)) "$work/in/good.gz" && printf 'XXXX' && tail -c 4 "$work/in/good.gz"; } \
        >"$work/in/checksum.gz"
    count 3 100 "$work/in/checksum.gz"
    err_has "checksum.gz, at byte "
    err_has "gzip checksum or length does not match"
    { cat "$work/in/good.gz" && echo "not gzip"; } >"$work/in/tail.gz"
    count 3 100 "$work/in/tail.gz"
    err_has "bytes behind the end of the gzip data"
    { cat "$work/in/good.gz" && head -c 512 /dev/zero; } >"$work/in/padded.gz"
    count 0 100 "$work/in/padded.gz"
    { head -c $((size / 2)) "$work/in/good.gz" && repeat $((size / 2)) '\377'; } >"$work/in/bad.gz"
    run 3 run --lang spl -q '* | stats count' "$work/in/bad.gz"
    err_has "bad.gz, at byte "
    err_has "corrupt"
}

# A limit on what one file may inflate to; what was read until then stands.
gzip_bomb() {
    events 20000 | gzip -c >"$work/in/bomb.gz"
    event z >"$work/in/z.json"
    run 3 run -o csv --lang spl -q '* | table eventID' --inflated-bytes 1M "$work/in"
    lines=$(wc -l <"$work/out")
    if [ "$lines" -lt 1000 ] || [ "$lines" -gt 10000 ]; then fail "$lines lines"; fi
    grep -q '^z.$' "$work/out" || fail "the other file is not there"
    err_has "not read: 1 x file inflates beyond the limit"
    err_has "bomb.gz, at byte 1048576: more than 1048576 bytes inflated"
    count 0 20000 --inflated-bytes 100M "$work/in/bomb.gz"
}

# Nothing near its size in memory: 300 MB inflate in less than 64 MB of address space more.
gzip_bomb_in_little_memory() {
    head -c 300000000 /dev/zero | gzip -1 -c >"$work/in/zeros.gz"
    { event a && printf '{"eventID":"big","pad":"' && head -c 300000000 /dev/zero | tr '\0' x &&
        printf '"}\n' && event b; } | gzip -1 -c >"$work/in/record.gz"
    command -v /usr/bin/time >/dev/null || return 0
    for file in zeros record; do
        /usr/bin/time -f 'memory %M' "$program" run --lang spl -q '* | stats count' \
            "$work/in/$file.gz" >"$work/out" 2>"$work/err" </dev/null
        memory=$(sed -n 's/^memory //p' "$work/err")
        # A sanitizer's own memory is not counted against the program.
        grep -qE '__(asan|tsan)_init' "$program" || [ "$memory" -lt 100000 ] || fail "$file: $memory kB"
    done
    err_has "1 x record is larger than the limit"
}

empty_files_are_no_fault() {
    : >"$work/in/empty.json"
    printf '' | gzip -c >"$work/in/empty.gz"
    event a >"$work/in/a.json"
    ids 0 a "$work/in"
    err_has "note: 2 x empty file"
    err_has "empty.json: no bytes"
    err_has "empty.gz: nothing in the compressed file"
    printf ' \n\n' >"$work/in/blank.json"
    ids 0 a "$work/in"
    printf '{"Records":[]}' >"$work/in/none.json"
    ids 0 a "$work/in"
}

not_json() {
    printf 'Apr  1 10:00:01 host sshd[1]: text\nmore\n' >"$work/in/syslog"
    printf '<html><body>403 Forbidden</body></html>' >"$work/in/page.json"
    printf '\177ELF\002\001\001' >"$work/in/binary"
    event a >"$work/in/a.json"
    ids 3 a "$work/in"
    err_has "not read: 3 x file or part of it is not JSON"
    err_has "syslog, at byte 0: not JSON"
    err_has "page.json, at byte 0: not JSON"
    err_has "binary, at byte 0: not JSON"
}

json_that_is_no_log() {
    printf '[1,2,3]\n' >"$work/in/numbers.json"
    printf '"text"\n' >"$work/in/text.json"
    event a >"$work/in/a.json"
    ids 3 a "$work/in"
    err_has "not read: 2 x JSON that holds no log records"
    err_has "numbers.json, at byte 1: a value that is no object"
    # An object of no known log is plain JSON, which can be searched.
    printf '{"eventID":"plain"}\n' >"$work/in/numbers.json"
    ids 3 "a plain" "$work/in"
    err_has "cloudtrail 1, json 1"
}

bytes_of_zero() {
    { event a && printf '\0\0\0\0\n' && event b; } >"$work/in/between.json"
    ids 3 "a b" "$work/in/between.json"
    err_has "between.json, at byte 159: bytes between records"
    event "c" ',"pad":"@"' | tr '@' '\0' >"$work/in/inside.json"
    ids 0 c "$work/in/inside.json"
    { event d && head -c 100000 /dev/zero; } >"$work/in/sparse.json"
    ids 3 d "$work/in/sparse.json"
}

# U+FFFD for what is no UTF-8: counted, but nothing is lost by it.
invalid_utf8() {
    event "$(printf 'a\377')" >"$work/in/latin.json"
    run 0 run -o csv --lang spl -q '* | table eventID' "$work/in/latin.json"
    printf 'eventID\r\na\357\277\275\r\n' | cmp -s - "$work/out" || fail "other text"
    err_has "note: 1 x record with invalid UTF-8, repaired"
    err_has "latin.json, at byte 0"
}

records_over_the_limit() {
    { event a && event big ",\"pad\":\"$(repeat 5000 x)\"" && event b; } >"$work/in/lines.json"
    ids 3 "a b" --record-bytes 4096 "$work/in/lines.json"
    err_has "not read: 1 x record is larger than the limit"
    err_has "lines.json, at byte 159"
    ids 0 "a b big" --record-bytes 8192 "$work/in/lines.json"
    { printf '{"Records":[' && event a && printf , && event big ",\"pad\":[\"$(repeat 5000 x)\"]" &&
        printf , && event b && printf ']}'; } >"$work/in/delivery.json"
    ids 3 "a b" --record-bytes 4096 "$work/in/delivery.json"
    # A delivery may be as large as it likes: the limit is one of its records.
    { printf '{"Records":[' && events 500 | sed '$!s/$/,/' && printf ']}'; } >"$work/in/many.json"
    count 0 500 --record-bytes 4096 "$work/in/many.json"
}

# Where a search wants all fields, an event has at most 10,000; those asked for by name are read
# wherever they stand. Without the limit, and looked for one by one, this would take minutes.
very_many_fields() {
    {
        event a
        awk 'BEGIN {
            printf "{\"eventID\":\"wide\""
            for (i = 0; i < 300000; i++) printf ",\"k%d\":%d", i, i
            print "}"
        }'
        event b
    } >"$work/in/wide.json"
    for query in '*' '* | rename k* as z*' '* | fields - k1*' '* | sort eventID'; do
        run 0 run -o ndjson --lang spl -q "$query" "$work/in/wide.json"
        [ "$(wc -l <"$work/out")" -eq 3 ] || fail "$query: not 3 rows"
        err_has "note: 1 x record with more fields than the limit"
        err_has "wide.json, at byte 159: more than 10000 fields"
    done
    run 0 run -o ndjson --lang spl -q 'k299999=299999 | table eventID k299999' "$work/in/wide.json"
    out_has '{"eventID":"wide","k299999":299999}'
    err_lacks "limit"
}

# Said once, however many detections met them.
events_without_a_time() {
    for id in a b c; do event $id | sed 's/"eventTime":"[^"]*",//'; done >"$work/in/timeless.json"
    ids 0 "a b c" "$work/in"
    err_lacks "without a time"
    ids 0 "" --earliest 2020-01-01T00:00:00Z "$work/in"
    err_has "note: 3 x event without a time, left out of the time range"
    "$program" hunt --earliest 2020-01-01T00:00:00Z "$work/in" >"$work/out" 2>"$work/err" </dev/null
    code=$?
    [ $code -eq 0 ] || fail "ended with $code, not 0"
    out_has "note: 3 x event without a time, left out of the time range"
}

# The limit as it stands: 16 MiB.
a_record_of_100_megabytes() {
    { event a && printf '{"eventID":"big","pad":"' && head -c 100000000 /dev/zero | tr '\0' x &&
        printf '"}\n' && event b; } >"$work/in/stream"
    input=$work/in/stream
    ids 3 "a b"
    err_has "not read: 1 x record is larger than the limit"
    err_has "-, at byte 159"
    ids 3 "a b" "$work/in/stream"
    { event a && printf '{"eventID":"fits","pad":"' && head -c 16000000 /dev/zero | tr '\0' x &&
        printf '"}\n' && event b; } >"$work/in/stream"
    ids 0 "a b fits"
}

nesting_200000_deep() {
    { event a && printf '{"eventID":"deep","x":' && repeat 200000 '[' && repeat 200000 ']' &&
        printf '}\n' && event b; } >"$work/in/arrays.json"
    ids 3 "a b" "$work/in/arrays.json"
    err_has "not read: 1 x record is nested deeper than the limit"
    err_has "arrays.json, at byte 159: nested too deep"
    { event a && repeat 200000 '{"x":' && printf 1 && repeat 200000 '}' && echo && event b; } \
        >"$work/in/objects.json"
    ids 3 "a b" "$work/in/objects.json"
    # One that is never closed takes what follows with it, and that is said.
    { event a && repeat 200000 '[{"x":' && echo && event b; } >"$work/in/open.json"
    ids 3 a "$work/in/open.json"
    err_has "open.json, at byte 1"
    { event a && repeat 200000 '[' && repeat 200000 ']' && echo && event b; } >"$work/in/bare.json"
    ids 3 "a b" "$work/in/bare.json"
}

nobody() {
    [ "$(id -u)" -ne 0 ] || set -- setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
    "$@"
}

unreadable_files() {
    event a >"$work/in/a.json"
    mkdir "$work/in/shut"
    event b >"$work/in/shut/b.json"
    event c >"$work/in/c.json"
    chmod 000 "$work/in/a.json" "$work/in/shut"
    chmod 755 "$work" "$work/in"
    nobody "$program" --version >/dev/null 2>&1 || return 0 # no way to be someone else
    nobody "$program" run -o ndjson --lang spl -q '* | table eventID' "$work/in" \
        >"$work/out" 2>"$work/err" </dev/null
    code=$?
    [ $code -eq 3 ] || fail "ended with $code, not 3"
    [ "$(cat "$work/out")" = '{"eventID":"c"}' ] || fail "other rows"
    err_has "not read: 2 x file could not be read"
    err_has "a.json: Permission denied"
    err_has "shut: Permission denied"
}

missing_paths() {
    event a >"$work/in/a.json"
    ids 3 a "$work/in/none-1" "$work/in/a.json" "$work/in/none-2/x" "$work/in/a.json/x" ""
    err_has "not read: 4 x path not found"
    err_has "none-1: No such file or directory"
    err_has "a.json/x: Not a directory"
    ln -s nowhere "$work/in/dangling"
    ids 3 a "$work/in"
    err_has "dangling: No such file or directory"
}

each_file_is_read_once() {
    mkdir "$work/in/sub"
    event a >"$work/in/a.json"
    event b >"$work/in/sub/b.json"
    ln -s .. "$work/in/sub/up"
    ln -s . "$work/in/again"
    ln -s ../a.json "$work/in/sub/a.json"
    ln "$work/in/a.json" "$work/in/hard.json"
    ids 0 "a b" "$work/in"
    err_has "Read 2 files"
    ids 0 "a b" "$work/in" "$work/in/a.json" "$work/in/sub" "$work/in/../in"
    ln -s self "$work/in/self"
    ids 0 "a b" "$work/in"
    err_has "self: symbolic link that leads to itself"
    ids 3 "" "$work/in/self"
    # A copy is another file.
    cp "$work/in/a.json" "$work/in/copy.json"
    ids 0 "a a b" "$work/in"
}

deep_trees() {
    path=$work/in
    for i in $(seq 60); do path=$path/directory-$i; done
    mkdir -p "$path"
    event a >"$path/a.json"
    event b >"$work/in/b.json"
    ids 0 "a b" "$work/in"
}

# Skipped below a directory, so that a run cannot hang there; read when it is named.
fifos() {
    event a >"$work/in/a.json"
    mkfifo "$work/in/fifo"
    ids 0 a "$work/in"
    err_has "note: 1 x not a regular file, skipped"
    err_has "fifo: FIFO"
    event b >"$work/in/fifo" &
    ids 0 b "$work/in/fifo"
    wait
    events 100 | gzip -c >"$work/in/fifo" &
    count 0 100 "$work/in/fifo"
    wait
}

names_that_are_hard() {
    event a >"$work/in/- --help"
    event b >"$work/in/two
lines"
    event c >"$work/in/$(printf 'esc\033[31m')"
    event d >"$work/in/.hidden"
    ids 0 "a b c d" "$work/in"
    printf 'not JSON' >"$work/in/$(printf 'esc\033[31m')"
    ids 3 "a b d" "$work/in"
    err_has "esc"
    err_lacks "$(printf '\033')"
}

# Of each kind the count and the first five cases.
many_faults() {
    for i in 1 2 3 4 5 6 7; do echo "not JSON" >"$work/in/$i.json"; done
    event a >"$work/in/a.json"
    ids 3 a --threads 1 "$work/in"
    err_has "not read: 7 x file or part of it is not JSON"
    err_has "1.json, at byte 0"
    err_has "5.json, at byte 0"
    err_lacks "6.json"
    err_has "and 2 more"
    run 3 run --stats=json --lang spl -q '* | stats count' "$work/in"
    err_has '"faults":[{"count":7,"what":"file or part of it is not JSON","cases":[{"where":'
}

# hunt says the same below its table.
hunt_says_it_too() {
    event a >"$work/in/a.json"
    echo "not JSON" >"$work/in/b.json"
    "$program" hunt "$work/in" >"$work/out" 2>"$work/err" </dev/null
    code=$?
    [ $code -eq 3 ] || fail "ended with $code, not 3"
    grep -q "StopInstances" "$work/out" || fail "no alert"
    grep -q "not read: 1 x file or part of it is not JSON" "$work/out" || fail "no fault"
    run 3 hunt --exit-alerts "$work/in"
}

# Every fault of a query in one pass, with line, column, caret and hint.
faulty_queries_show_all_faults() {
    printf 'index=aws | eval a=lowr(b)\n| nonsense x\n| eval c=if(a,b) | where len(a,b)>1\n' \
        >"$work/in/faulty.spl"
    run 1 run "$work/in/faulty.spl" "$work/in"
    err_has "faulty.spl:1:20: error[T202]"
    err_has "     1 | index=aws | eval a=lowr(b)"
    err_has "       |                    ^~~~"
    err_has "       = hint: did you mean 'lower'?"
    err_has "faulty.spl:2:3: error[T201]"
    err_has "faulty.spl:3:10: error["
    err_has "faulty.spl:3:26: error["
    printf '#event_simpleName=x | groupBy([a], function=[cuont()])\n| sort(a, order=up) | nonsense()\n' \
        >"$work/in/faulty.cql"
    run 1 run "$work/in/faulty.cql" "$work/in"
    err_has "faulty.cql:1:46: error["
    err_has "did you mean 'count'"
    err_has "faulty.cql:2:23: error["
    # Columns count characters, and a tab stays a tab above its caret.
    printf '\teventName="h\303\251" | evl a=1\n' >"$work/in/wide.spl"
    run 1 run "$work/in/wide.spl" "$work/in"
    err_has "wide.spl:1:19: error[T201]"
    printf '| \0\377\001' >"$work/in/bytes.spl"
    run 1 check "$work/in/bytes.spl"
    : >"$work/in/empty.cql"
    : >"$work/in/empty.spl"
    for file in bytes.spl empty.cql empty.spl; do
        "$program" check "$work/in/$file" >"$work/out" 2>"$work/err" </dev/null
        code=$?
        [ $code -lt 2 ] || fail "$file ended with $code"
    done
    { printf 'a=' && repeat 200000 '(' && echo; } >"$work/in/deep.spl"
    run 1 check "$work/in/deep.spl"
    { printf '| where ' && repeat 100000 'NOT ' && echo 'a=1'; } >"$work/in/deep.spl"
    run 1 check "$work/in/deep.spl"
}

tests="
    cut_off_gzip corrupt_gzip gzip_bomb gzip_bomb_in_little_memory empty_files_are_no_fault not_json
    json_that_is_no_log bytes_of_zero invalid_utf8 records_over_the_limit very_many_fields
    a_record_of_100_megabytes events_without_a_time nesting_200000_deep unreadable_files
    missing_paths each_file_is_read_once deep_trees fifos names_that_are_hard many_faults
    hunt_says_it_too faulty_queries_show_all_faults
"
tap_end "$tests" "$2"
