#!/bin/sh
# program.sh PROGRAM - the program as a user meets it; run from the top of the source tree.
#
# Prints TAP.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
detections=detections/T1578.004
spl=$detections/T1578.004.spl
cql=$detections/T1578.004.cql
telemetry=$detections/telemetry

event() { # TIME NAME
    printf '{"eventVersion":"1.08","eventTime":"%s","eventSource":"ec2.amazonaws.com",' "$1"
    printf '"eventName":"%s","awsRegion":"eu-west-1","userIdentity":{"arn":"arn:x/eve"},' "$2"
    printf '"sourceIPAddress":"198.51.100.7","eventID":"%s","readOnly":false}\n' "$1$2"
}

help_and_version() {
    run 0 --version
    out_has "strandline "
    out_lines 1
    run 0 --help
    out_has "hunt"
    err_is_empty
    run 2
    out_is_empty
    err_has "usage: strandline"
    for command in run hunt check explain functions formats; do
        run 0 $command --help
        out_has "Usage: strandline $command"
        out_lacks "batch-rows"
        run 0 help $command
        out_has "Usage: strandline $command"
    done
}

wrong_usage_ends_with_2() {
    run 2 hutn
    err_has "did you mean 'hunt'?"
    run 2 --nope
    run 2 run
    err_has "name a query file"
    run 2 run --nope $spl
    run 2 run -o xml $spl
    err_has "table, ndjson, json or csv"
    run 2 run -q 'index=aws'
    err_has "--lang"
    run 2 run -q 'index=aws' --lang sql
    err_has "no language 'sql'"
    run 2 run missing.spl $telemetry
    err_has "missing.spl"
    run 2 run README.md $telemetry
    err_has "does not tell the language"
    for option in "--threads 0" "--threads x" "--memory 12q" "--tz Mars/Phobos" "--earliest soon" \
        "--format none" "--profile none" "--progress now" "--stats=xml" "--limit -1"; do
        # shellcheck disable=SC2086  # an option and its value
        run 2 run $option $spl $telemetry
        out_is_empty
    done
    run 2 hunt -d missing $telemetry
    err_has "missing"
    run 2 run --redact a $spl $telemetry
    err_has "--redact is not there yet"
    run 2 run --param a $spl $telemetry
    err_has "'a' is not NAME=VALUE"
    run 2 run --lookups missing $spl $telemetry
    err_has "lookups: missing: No such file or directory"
}

faulty_queries_end_with_1() {
    run 1 run -q 'index=aws | eval x=lowr(y) | nonsense' --lang spl $telemetry
    out_is_empty
    err_has "query:1:20: error[T202]"
    err_has "^~~~"
    err_has "did you mean 'lower'?"
    err_has "error[T201]"
    printf 'groupBy(' >"$work/faulty.cql"
    run 1 run "$work/faulty.cql" $telemetry
    err_has "faulty.cql:1:"
    run 1 explain "$work/faulty.cql"
    printf 'title: x\nlogsource: {product: aws}\ndetection: {condition: a}\n' >"$work/rule.yml"
    run 1 run "$work/rule.yml" $telemetry
    err_has "rule.yml:1:1: error[T301]: this is a Sigma rule"
    printf 'title: x\n' >"$work/rule.yml"
    run 1 run "$work/rule.yml" $telemetry
    err_has "no detection: 'name', 'id', 'search' are missing"
}

missing_paths_end_with_3() {
    run 3 run -o ndjson $spl missing-1 $telemetry/procedure-1* missing-2
    out_lines 2
    err_has "missing-1"
    err_has "missing-2"
    err_has "path not found"
    run 3 run $spl missing-1
    err_has "missing-1"
    run 3 hunt missing-1
    out_has "missing-1"
    run 1 run -q '| nonsense' --lang spl missing-1
}

standard_input() {
    event 2025-01-01T00:00:00Z StopInstances >"$work/in/events"
    input=$work/in/events
    run 0 run -o ndjson -q 'eventName=StopInstances | table eventName' --lang spl
    out_has '{"eventName":"StopInstances"}'
    run 0 run -o ndjson -q 'eventName=StopInstances | table eventName' --lang spl -
    out_lines 1
    run 0 hunt -o ndjson
    out_has '"operation":"StopInstances"'
    gzip -c "$work/in/events" >"$work/in/events.gz"
    input=$work/in/events.gz
    run 0 run -o ndjson $spl
    out_lines 1
    input=
    run 0 run $spl
    err_has "No rows."
}

terminal_as_input_is_refused() {
    command -v script >/dev/null 2>&1 || return 0
    script -qec "$program run $spl" /dev/null >"$work/out" 2>&1 </dev/null
    code=$?
    : >"$work/err"
    [ $code -eq 2 ] || fail "ended with $code, not 2"
    out_has "standard input, which is a terminal"
}

closed_pipes_are_silent() {
    {
        "$program" run -o ndjson -q '*' --lang spl $telemetry 2>"$work/err"
        echo $? >"$work/code"
    } | head -n 1 >"$work/out"
    out_lines 1
    err_is_empty
    [ "$(cat "$work/code")" = 0 ] || fail "ended with $(cat "$work/code")"
    {
        "$program" hunt -o ndjson $telemetry 2>"$work/err"
        echo $? >"$work/code"
    } | :
    [ "$(cat "$work/code")" = 0 ] || fail "ended with $(cat "$work/code")"
    err_lacks "rror"
}

full_disks_are_said() {
    [ -c /dev/full ] || return 0
    for command in "run -o ndjson $spl" "run -o csv $spl" hunt; do
        # shellcheck disable=SC2086  # words
        "$program" $command $telemetry >/dev/full 2>"$work/err" </dev/null
        code=$?
        : >"$work/out"
        [ $code -eq 3 ] || fail "$command ended with $code, not 3"
        err_has "standard output cannot be written"
    done
}

forms_of_output() {
    run 0 run -o ndjson $spl $telemetry/procedure-1*
    out_lines 2
    out_has '{"_time":"2025-04-01T14:06:48.000Z","CloudProvider":"AWS"'
    out_has '"SuspicionScore":1}'
    err_has "Read "
    run 0 run -o json $spl $telemetry/procedure-1*
    [ "$(head -c 2 "$work/out" | tr '\n' ' ')" = "[ " ] || fail "no array"
    run 0 run -o csv $spl $telemetry/procedure-1*
    out_has "_time,CloudProvider,ActorIdentity,SourceIP"
    [ "$(grep -c "$(printf '\r')$" "$work/out")" -eq 3 ] || fail "no CRLF"
    run 0 run $spl $telemetry/procedure-1*
    out_has "CloudProvider  ActorIdentity"
    out_lacks "Read "
    err_lacks "$(printf '\033')"
    run 0 run -o ndjson $cql $telemetry/procedure-2*
    out_has '"OperationName":"CreateVolume"'
}

# What was read is said below the table, in lines of any length.
tables_fit_their_width() {
    for columns in 64 80 120 200; do
        COLUMNS=$columns
        export COLUMNS
        for command in "run $spl" hunt; do
            # shellcheck disable=SC2086  # words
            run 0 $command $telemetry
            sed -e 's/\xe2\x80\xa6/./g' -e '/^Read /,$d' "$work/out" |
                LC_ALL=C awk -v max=$columns 'length($0) > max { bad = 1 } END { exit bad }' ||
                fail "$command: a line is wider than $columns"
        done
    done
    unset COLUMNS
}

limits() {
    run 0 run -o ndjson --limit 1 $spl $telemetry
    out_lines 1
    run 0 run --limit 1 $spl $telemetry
    out_has "more rows"
    run 0 hunt --limit 1 $telemetry
    out_has "more of \"Revert Cloud Instance (Splunk)\""
    run 0 hunt --limit 0 $telemetry
    out_lacks "more of"
}

time_ranges() {
    {
        event 2025-01-01T00:00:00Z StopInstances
        event 2025-01-03T00:00:00Z StartInstances
    } >"$work/two.json"
    run 0 run -o ndjson --earliest 2025-01-02T00:00:00Z $spl "$work/two.json"
    out_lines 1
    out_has StartInstances
    run 0 run -o ndjson --latest 2025-01-03T00:00:00Z $spl "$work/two.json"
    out_lines 1
    out_has StopInstances
    run 0 run -o ndjson --earliest -1d@d --now 2025-01-03T12:00:00Z $spl "$work/two.json"
    out_lines 1
    run 0 run -o ndjson --tz +02:00 $spl "$work/two.json"
    out_has '"_time":"2025-01-01T02:00:00.000+02:00"'
}

hunts() {
    run 0 hunt $telemetry
    out_has "Revert Cloud Instance (Splunk)"
    out_has "Revert Cloud Instance (LogScale)"
    out_has "T1578.004"
    out_has "198.51.100.77"
    out_has "Read "
    err_is_empty
    run 10 hunt --exit-alerts -o ndjson $telemetry
    out_has '"detection":"Revert Cloud Instance (Splunk)"'
    out_has '"row":{'
    out_lacks "Read "
    err_has "Read "
    run 0 hunt -o csv $telemetry
    out_has "detection,id,technique,severity,time,actor,operation,resource,address,score,row"
    run 3 hunt --exit-alerts $telemetry missing
    run 0 hunt -d $detections/splunk.detection.yml $telemetry/procedure-2*
    out_has "No alerts. 1 detection: 1 found nothing"
    out_lacks "LogScale"
    run 0 hunt --exit-alerts -d $detections/splunk.detection.yml $telemetry/procedure-2*
}

hunts_without_a_match_say_why() {
    printf '{"a":1}\n' >"$work/plain.json"
    run 0 hunt "$work/plain.json"
    out_has "No alerts. 2 detections: 2 could not match"
    out_has "  needs one of azure-activity, cloudtrail, crowdstrike: no such event was read"
    run 0 hunt -o json "$work/plain.json"
    out_has '{"alerts":[]'
    out_has '"outcome":"could_not_match","alerts":0,"events":0,'
    out_has '"read":{"files":1,'
}

refused_detections_are_listed() {
    mkdir -p "$work/pack"
    printf 'index=aws | nonsense\n' >"$work/pack/bad.spl"
    cp $spl "$work/pack/good.spl"
    head='severity: low
alert: {time: _time, actor: ActorIdentity}'
    printf 'id: bad\ntitle: Bad\nquery: bad.spl\n%s\n' "$head" >"$work/pack/bad.detection.yml"
    run 1 hunt -d "$work/pack" $telemetry
    err_has "bad.spl:1:13: error[T201]"
    err_has "all detections were refused"
    printf 'id: good\ntitle: Good\nquery: good.spl\n%s\n' "$head" >"$work/pack/good.detection.yml"
    printf 'id: x\nsevrity: low\n' >"$work/pack/x.detection.yml"
    run 0 hunt -d "$work/pack" $telemetry
    out_has "Refused (2)"
    out_has "  $work/pack/bad.spl:1:13: no SPL command 'nonsense'"
    out_has "  $work/pack/x.detection.yml:2:1: no key 'sevrity' in a detection"
    out_has "Good"
    run 1 check "$work/pack"
    out_has "x.detection.yml:2:1: error[T701]: no key 'sevrity' in a detection"
    out_has "did you mean 'severity'?"
    out_has "good.detection.yml: runs here"
    out_has "bad.detection.yml: does not run; 1 error"
    out_has "3 detections: 1 runs here, 2 do not"
}

checks() {
    run 0 check $spl $cql
    out_has "T1578.004.spl: runs here; 2 extensions"
    out_has "T1578.004.cql: runs here; 4 extensions"
    out_has "= hint: the vendor"
    run 1 check --strict $spl
    run 0 check
    out_has "splunk.detection.yml: runs here"
    run 0 check -o json $cql
    out_has '"severity":"extension","code":"T501","line":'
    run 1 check -q 'index=aws | evil x=1' --lang spl
    out_has "error[T201]"
    run 2 check missing.spl
    run 2 check src/base
    run 0 check -q 'index=nonesuch' --lang spl
    out_has "warning[T601]"
    run 1 check --strict -q 'index=nonesuch' --lang spl
}

explains() {
    run 0 explain $spl
    out_has "SuspicionScore"
    run 0 explain $detections/logscale.detection.yml
    out_has "RiskScore"
    run 0 explain -q 'index=aws | head 3' --lang spl
    run 2 explain $spl $cql
    run 2 explain
}

lists_functions() {
    run 0 functions
    out_has "spl commands"
    out_has "cql aggregates"
    run 0 functions spl coalesce
    out_has "example"
    out_lacks "cql"
    run 0 functions groupby
    out_has "groupBy: cql command"
    run 1 functions spl coalesec
    err_has "did you mean 'coalesce'?"
    run 2 functions sql lower
    run 0 functions -o json cql
    out_has '{"language":"cql","kind":"command","name":"'
}

lists_formats() {
    run 0 formats
    out_has "cloudtrail"
    out_has "index=aws"
    run 0 formats cloudtrail
    out_has "eventID"
    out_has "Under the profile splunk-addon"
    out_has "As CloudResourceModification"
    run 1 formats cloudtrial
    err_has "did you mean 'cloudtrail'?"
    run 0 formats -o json cloudtrail
    out_has '"name":"cloudtrail"'
    out_lacks '"name":"json"'
}

stats_and_progress() {
    run 0 run -o ndjson --stats=json $spl $telemetry
    err_has '"records":'
    run 0 run -o ndjson --stats $spl $telemetry
    err_has "GB/s"
    run 0 run -o ndjson --progress always $spl $telemetry
    run 0 run -o ndjson --progress never $spl $telemetry
}

# The rows are the same however the work is cut.
rows_do_not_depend_on_how() {
    "$program" run -o ndjson $spl $telemetry >"$work/right" 2>"$work/err" </dev/null
    for option in "--threads 1" "--threads 4" "--batch-rows 1" "--batch-rows 3" \
        "--block-bytes 64k" "--no-gate"; do
        # shellcheck disable=SC2086  # an option and its value
        run 0 run -o ndjson $option $spl $telemetry
        cmp -s "$work/right" "$work/out" || fail "$option: other rows"
    done
}

interrupts_end_with_130() {
    mkfifo "$work/fifo"
    sleep 3 >"$work/fifo" &
    sleeper=$!
    # A shell lets its background jobs ignore SIGINT; env would pass that on.
    setsid sh -c 'trap - INT; exec "$@"' sh "$program" run -o ndjson $spl "$work/fifo" \
        >"$work/out" 2>"$work/err" </dev/null &
    pid=$!
    sleep 1
    kill -INT $pid
    wait $pid
    code=$?
    kill $sleeper 2>/dev/null
    # Where the shell cannot give SIGINT back, the run ends as if nothing had been.
    [ $code -eq 130 ] || [ $code -eq 0 ] || fail "ended with $code, not 130"
    [ $code -ne 130 ] || err_has "partial"
}

hostile_text_does_not_reach_the_terminal() {
    event 2025-01-01T00:00:00Z StopInstances |
        sed 's|arn:x/eve|arn:x/\\u001b]0;owned\\u0007\\u202eeve|' >"$work/hostile.json"
    for command in "run $spl" hunt; do
        # shellcheck disable=SC2086  # words
        run 0 $command "$work/hostile.json"
        out_has '\x1b]0;owned\x07\u202eeve'
        out_lacks "$(printf '\033')"
    done
    event 2025-01-01T00:00:00Z StopInstances | sed 's|arn:x/eve|=cmd()|' >"$work/hostile.json"
    run 0 run -o csv $spl "$work/hostile.json"
    out_has ",'=cmd(),"
}

tests="
    help_and_version wrong_usage_ends_with_2 faulty_queries_end_with_1 missing_paths_end_with_3
    standard_input terminal_as_input_is_refused closed_pipes_are_silent full_disks_are_said
    forms_of_output tables_fit_their_width limits time_ranges hunts hunts_without_a_match_say_why
    refused_detections_are_listed checks explains lists_functions lists_formats stats_and_progress
    rows_do_not_depend_on_how interrupts_end_with_130 hostile_text_does_not_reach_the_terminal
"
tap_end "$tests" "${2:-}"
