#!/bin/sh
# detections_test.sh PROGRAM - the published detections: hunt, its merging of copies, and check.
#
# Runs from the top of the source tree. Prints TAP.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
detections=detections/T1578.004
telemetry=$detections/telemetry

# alerts NUMBER DETECTION ARGUMENT... - how many alerts of Splunk's or LogScale's query.
alerts() {
    wanted=$1
    title="Revert Cloud Instance ($2)"
    shift 2
    run 0 hunt -o ndjson --limit 0 "$@"
    found=$(grep -cF "\"detection\":\"$title\"" "$work/out")
    [ "$found" -eq "$wanted" ] || fail "$title over $*: $found alerts, not $wanted"
}

# rows NUMBER LANGUAGE ARGUMENT... - how many rows the published query gives.
rows() {
    wanted=$1
    query=$detections/T1578.004.$2
    shift 2
    run 0 run -o ndjson "$query" "$@"
    found=$(wc -l <"$work/out")
    [ "$found" -eq "$wanted" ] || fail "$query over $*: $found rows, not $wanted"
}

# over DIRECTORY, what README.md of the telemetry says: SPL in run and in hunt, CQL in both.
over() {
    rows "$2" spl "$telemetry/$1"
    alerts "$3" Splunk "$telemetry/$1"
    rows "$4" cql "$telemetry/$1"
    alerts "$4" LogScale "$telemetry/$1"
}

telemetry_of_the_procedures() {
    over procedure-1-stop-start 2 2 0
    over procedure-2-volume-from-snapshot 0 0 1
    over procedure-3-azure-disk-from-snapshot 6 4 0
    over procedure-4-image-from-snapshot 2 1 0
    over benign 14 13 14
    over crowdstrike 0 0 1
    over . 24 20 16
}

# The volume was delivered twice: one alert that counts 2 in run, and 1 in hunt.
copies_are_counted_in_run_only() {
    run 0 run -o ndjson $detections/T1578.004.cql $telemetry/procedure-2-volume-from-snapshot
    out_has '"OpCount":2'
    run 0 hunt -o ndjson $telemetry/procedure-2-volume-from-snapshot
    out_has '"OpCount":1'
}

# trail ID ADDRESS [MORE] - a StopInstances that the SPL query finds.
trail() {
    printf '{"eventVersion":"1.08","eventTime":"2025-04-01T10:00:01Z","userIdentity":{"arn":"a"},'
    printf '"eventSource":"ec2.amazonaws.com","eventName":"StopInstances","awsRegion":"r",'
    printf '"sourceIPAddress":"%s","eventID":"%s"%s}\n' "$2" "$1" "$3"
}

# disk ADDRESS [MORE] - a succeeded write of a disk in Azure, in the Event Hub shape.
disk() {
    printf '{"time":"2025-04-01T10:00:02Z","resourceId":"/S","operationName":"%s",' \
        MICROSOFT.COMPUTE/DISKS/WRITE
    printf '"category":"Administrative","resultType":"Success","callerIpAddress":"%s",' "$1"
    printf '"properties":{"requestbody":"creationData"}%s}\n' "$2"
}

addresses() {
    found=$(sed 's/.*"address":"\([^"]*\)".*/\1/' "$work/out" | sort | tr '\n' ' ')
    [ "$found" = "$1 " ] || fail "addresses '$found', not '$1'"
}

# Of the copies of an event the first by path and offset stays, whatever the number of threads.
the_first_copy_stays() {
    { trail other 192.0.2.9 && trail same 192.0.2.1 && trail same 192.0.2.2; } >"$work/in/a.json"
    { trail same 192.0.2.3 && trail second 192.0.2.4; } >"$work/in/b.json"
    for i in 1 2 3 4 5 6 7 8; do trail same 192.0.2.8 >"$work/in/c-$i.json"; done
    for threads in 1 2 4 8; do
        for rows in 1 3 4096; do
            alerts 3 Splunk --threads $threads --batch-rows $rows "$work/in"
            addresses "192.0.2.1 192.0.2.4 192.0.2.9"
        done
    done
    rows 13 spl "$work/in"
    # In the order of the arguments.
    alerts 3 Splunk "$work/in/b.json" "$work/in/a.json"
    addresses "192.0.2.3 192.0.2.4 192.0.2.9"
}

# Only events that pass the first filter are merged: a copy that does not pass hides none that does.
copies_that_do_not_pass_hide_none() {
    trail same 192.0.2.1 ',"errorCode":"AccessDenied"' >"$work/in/a.json"
    trail same 192.0.2.2 >"$work/in/b.json"
    alerts 1 Splunk "$work/in"
    addresses 192.0.2.2
}

# The identity is eventID, else eventDataId, else the record itself.
identities() {
    disk 192.0.2.1 ',"eventDataId":"d1"' >"$work/in/a.json"
    disk 192.0.2.2 ',"eventDataId":"d1"' >"$work/in/b.json"
    disk 192.0.2.3 ',"eventDataId":"d2"' >"$work/in/c.json"
    alerts 2 Splunk "$work/in"
    addresses "192.0.2.1 192.0.2.3"
    rows 3 spl "$work/in"
    # Without an id, bytes that are the same are the same event; others are another.
    disk 192.0.2.4 >"$work/in/a.json"
    disk 192.0.2.4 >"$work/in/b.json"
    disk 192.0.2.4 ',"x":1' >"$work/in/c.json"
    alerts 2 Splunk "$work/in"
    rows 3 spl "$work/in"
    # In an envelope or out of it, it is the same record.
    { printf '{"records":[' && disk 192.0.2.4 && printf ']}'; } >"$work/in/d.json"
    alerts 2 Splunk "$work/in"
    # An id that is empty or null is none.
    trail "" 192.0.2.5 >"$work/in/a.json"
    trail "" 192.0.2.6 >"$work/in/b.json"
    trail x 192.0.2.7 | sed 's/"eventID":"x"/"eventID":null/' >"$work/in/c.json"
    trail x 192.0.2.8 | sed 's/"eventID":"x"/"eventID":null/' >"$work/in/d.json"
    alerts 4 Splunk "$work/in"
}

# Each extension with its place and the form that the vendor takes.
check_names_each_extension() {
    run 0 check $detections/T1578.004.spl
    for place in 8:1 24:1; do
        out_has "T1578.004.spl:$place: extension[T501]: a pipeline inside parentheses"
    done
    out_has "       = hint: the vendor accepts one search"
    run 0 check $detections/T1578.004.cql
    for place in 6:54 7:45 8:7; do
        out_has "T1578.004.cql:$place: extension[T501]: '=>' in a clause of case is no CQL"
    done
    out_has 'takes: OperationName = /(?i)(delete|destroy|terminate)/ | RiskScore := "High"'
    out_has 'takes: OperationName = /(?i)(snapshot|create)/ | RiskScore := "Medium"'
    out_has 'takes: * | RiskScore := "Low"'
    out_has "T1578.004.cql:10:3: extension[T501]: 'where ... in (...)' is no CQL"
    out_has 'takes: in(RiskScore, values=["High", "Medium"])'
    [ "$(grep -c 'extension\[T501\]' "$work/out")" -eq 4 ] || fail "not 4 extensions"
    run 1 check --strict $detections/T1578.004.spl
    run 1 check --strict $detections/T1578.004.cql
}

# What check names as accepted is accepted, and gives the same rows.
accepted_forms_give_the_same() {
    sed -e 's/ => RiskScore/ | RiskScore/' \
        -e 's/^| where RiskScore in ("High", "Medium")/| in(RiskScore, values=["High","Medium"])/' \
        $detections/T1578.004.cql >"$work/in/accepted.cql"
    run 0 check --strict "$work/in/accepted.cql"
    run 0 run -o ndjson "$work/in/accepted.cql" $telemetry
    cp "$work/out" "$work/accepted"
    run 0 run -o ndjson $detections/T1578.004.cql $telemetry
    cmp -s "$work/out" "$work/accepted" || fail "other rows"
}

# The files of the pages are byte for byte what they were published as.
seeds_are_unchanged() {
    run 0 check $detections/T1578.004.spl
    cksum $detections/T1578.004.spl $detections/T1578.004.cql >"$work/out"
    cut -d ' ' -f 1,2 "$work/out" | tr '\n' ' ' >"$work/sums"
    [ "$(cat "$work/sums")" = "1233827351 1864 1077017341 694 " ] || fail "changed"
}

tests="
    telemetry_of_the_procedures copies_are_counted_in_run_only the_first_copy_stays
    copies_that_do_not_pass_hide_none identities check_names_each_extension
    accepted_forms_give_the_same seeds_are_unchanged
"
tap_end "$tests" "$2"
