#!/bin/sh
# content_test.sh PROGRAM - published content as it is published: a small checkout of both schemas,
# with macros and lookups; and --lookups, subsearches and --limit from the outside.
#
# Runs from the top of the source tree. Prints TAP.
# shellcheck source=tests/cli/tap.sh disable=SC2016  # backquotes name macros of SPL
. "$(dirname "$0")/tap.sh"

# event ID NAME USER ADDRESS - a line of CloudTrail.
event() {
    printf '{"eventVersion":"1.08","eventTime":"2025-04-01T10:00:%02dZ","eventID":"%s",' "$1" "$1"
    printf '"eventSource":"ec2.amazonaws.com","eventName":"%s","awsRegion":"r",' "$2"
    printf '"userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::1:user/%s",' "$3"
    printf '"accountId":"1","userName":"%s"},"sourceIPAddress":"%s"}\n' "$3" "$4"
}

trail() {
    {
        event 1 StopLogging ann 10.0.0.1
        event 2 StopLogging bob 10.0.0.2
        event 3 RunInstances ann 10.0.0.1
    } >"$work/in/trail.json"
}

checkout() {
    mkdir -p "$work/in/sc/detections/cloud" "$work/in/sc/macros" "$work/in/sc/lookups"
    cat >"$work/in/sc/macros/cloudtrail.yml" <<'EOF'
name: cloudtrail
definition: sourcetype=aws:cloudtrail
EOF
    cat >"$work/in/sc/macros/ctime.yml" <<'EOF'
name: security_content_ctime
arguments:
  - field
definition: 'convert timeformat="%Y-%m-%dT%H:%M:%S" ctime($field$)'
EOF
    cat >"$work/in/sc/lookups/teams.yml" <<'EOF'
name: teams
filename: teams2024.csv
match_type: WILDCARD(who)
case_sensitive_match: 'false'
EOF
    printf 'who,team\n*:USER/ann,red\n' >"$work/in/sc/lookups/teams2024.csv"
    printf 'name: seen\ncollection: seen\nfields_list: user, firstTime\n' \
        >"$work/in/sc/lookups/seen.yml"
    cat >"$work/in/sc/detections/cloud/stop.yml" <<'EOF'
name: Trail Stopped
id: 11111111-0000-0000-0000-000000000001
date: '2024-09-30'
status: production
type: TTP
search: '`cloudtrail` eventName=StopLogging | lookup teams who as user_arn OUTPUT team | stats count
  min(_time) as firstTime values(team) as team by user_arn src_ip | `security_content_ctime(firstTime)`
  | `trail_stopped_filter`'
tags:
  confidence: 90
  impact: 100
  mitre_attack_id:
  - T1562.008
  observable:
  - name: user_arn
    type: User
EOF
    cat >"$work/in/sc/detections/cloud/run.yml" <<'EOF'
name: Instances Run
id: 11111111-0000-0000-0000-000000000002
creation_date: '2026-01-01'
status: production
type: Anomaly
search: |-
  `cloudtrail` eventName=RunInstances
  | stats count min(_time) as firstTime by user_arn src
  | `instances_run_filter`
finding:
  title: User $user_arn$ ran
  entity:
    field: user_arn
    type: user
    score: 30
mitre_attack_id:
- T1578
EOF
    detection other Other 'sourcetype=WinEventLog EventCode=1 | stats count by dest'
    detection faulty Faulty '`cloudtrail` | evil x=1'
    detection model Model '`cloudtrail` | anomalydetection eventName'
    detection new New '`cloudtrail` | lookup seen user OUTPUT firstTime | where firstTime > 0 | stats count by user'
    detection old Old '`cloudtrail` | nonsense'
    sed -i 's/production/deprecated/' "$work/in/sc/detections/cloud/old.yml"
}

# detection FILE NAME SEARCH
detection() {
    printf "name: %s\nid: x-%s\nstatus: production\ntype: TTP\nsearch: '%s'\n" "$2" "$1" "$3" \
        >"$work/in/sc/detections/cloud/$1.yml"
}

hunts_with_a_checkout() {
    trail
    checkout
    run 0 hunt -o ndjson -d "$work/in/sc" "$work/in/trail.json"
    out_has '"detection":"Trail Stopped"'
    out_has '"technique":"T1562.008"'
    out_has '"severity":"critical"'
    out_has 'arn:aws:iam::1:user/bob'
    out_has '"team":"red"'
    out_has '"detection":"Instances Run"'
    out_has '"severity":"low"'
    [ "$(wc -l <"$work/out")" -eq 3 ] || fail "not 3 alerts"
}

says_what_became_of_each() {
    trail
    checkout
    run 0 hunt -d "$work/in/sc/detections/cloud" "$work/in/trail.json"
    out_has 'Trail Stopped'
    out_has "faulty.yml:5:25: no SPL command 'evil'"
    out_has "'anomalydetection' is not run here"
    out_has '7 detections: 2 with alerts, 1 found nothing, 2 refused, 1 of logs in no format known'
    out_has ' here, 1 withdrawn by the publisher'
    out_has '  the lookup seen is empty here: put its rows into --lookups as seen.csv'
    out_has '      2  critical       Trail Stopped  T1562.008'
    run 0 hunt -o json -d "$work/in/sc/detections/cloud" "$work/in/trail.json"
    out_has '"detection":"Trail Stopped","id":"11111111-0000-0000-0000-000000000001","technique":"T1562.008"'
    out_has '"outcome":"alerts","alerts":2,"events":2,"outside":0,"passed":2,"steps":[{"command":"hunt"'
    out_has '"outcome":"foreign"'
    out_has '"outcome":"withdrawn"'
    out_has '"notes":["the lookup seen is empty here: put its rows into --lookups as seen.csv"]'
    if command -v python3 >/dev/null; then
        python3 -c 'import json,sys; json.load(open(sys.argv[1]))' "$work/out" || fail "no JSON"
    fi
}

# The user's own macros and lookups stand in for those of the checkout.
own_lookups_come_first() {
    trail
    checkout
    mkdir -p "$work/in/own"
    printf 'who,team\n*/bob,blue\n' >"$work/in/own/teams.csv"
    printf 'user,firstTime\nann,5\n' >"$work/in/own/seen.csv"
    printf '[teams]\nfilename = teams.csv\nmatch_type = WILDCARD(who)\n' >"$work/in/own/transforms.conf"
    printf '[instances_run_filter]\ndefinition = search user_arn!="*ann"\n' >"$work/in/own/macros.conf"
    run 0 hunt -o ndjson --lookups "$work/in/own" -d "$work/in/sc" "$work/in/trail.json"
    out_has '"team":"blue"'
    out_has '"detection":"New"'
    [ "$(grep -c 'Instances Run' "$work/out")" -eq 0 ] || fail "the filter does not hold"
}

a_lookup_is_read_for_a_query() {
    trail
    printf 'user,team\nann,red\n' >"$work/in/t.csv"
    query='index=aws | rename userIdentity.userName as user | lookup t.csv user OUTPUT team
        | stats count by team'
    run 0 run -o ndjson --lookups "$work/in" --lang spl -q "$query" "$work/in/trail.json"
    out_has '{"team":"red","count":2}'
    printf 'user,user\n' >"$work/in/t.csv"
    run 1 run --lookups "$work/in" --lang spl -q "$query" "$work/in/trail.json"
    err_has "its header names the column 'user' twice"
    run 1 run --lang spl -q "$query" "$work/in/trail.json"
    err_has "no lookup 't.csv'"
}

# The input is read once for the subsearch and once for the search: a pipe, too.
subsearches_read_standard_input_twice() {
    trail
    query='index=aws eventName=RunInstances
        [search index=aws eventName=StopLogging | fields userIdentity.userName] | table eventID'
    run 0 run -o ndjson --lang spl -q "$query" "$work/in/trail.json"
    out_has '{"eventID":"3"}'
    input=$work/in/trail.json
    run 0 run -o ndjson --lang spl -q "$query" -
    out_has '{"eventID":"3"}'
    # shellcheck disable=SC2002  # a pipe is meant
    cat "$work/in/trail.json" | "$program" run -o ndjson --lang spl -q "$query" - >"$work/out" \
        2>"$work/err"
    out_has '{"eventID":"3"}'
    mkfifo "$work/in/fifo"
    run 2 run -o ndjson --lang spl -q "$query" "$work/in/fifo"
    err_has 'this can be read only once'
}

a_limit_is_no_interruption() {
    trail
    run 0 run -o ndjson --limit 1 --stats --lang spl -q 'index=aws' "$work/in/trail.json"
    err_has 'PARTIAL: no more rows were asked for'
    err_lacks interrupted
}

formats_show_when_a_view_shows_events() {
    run 0 formats cloudtrail
    out_has 'of which `when` is true'
    grep -q '^ *when  *(eventSource' "$work/out" || fail "no condition"
}

# explains QUERY LINE: over CloudTrail.
explains() {
    run 0 explain --lang spl -q "index=aws sourcetype=aws:cloudtrail $1"
    out_has "$2"
}

explain_tells_the_gate() {
    explains 'eventName=StopLogging' 'only events with eventName stoplogging are read'
    explains 'errorCode=AccessDenied user_agent=*kali*' \
        'only events with errorCode accessdenied and "kali" in any case somewhere are read'
    explains '"i-0abc"' 'only events with "i-0abc" in any case somewhere are read'
    explains 'NOT errorCode=AccessDenied' 'every event is read: any eventName may pass'
}

# What is said stands where its author wrote it, in either schema.
checks_a_checkout() {
    checkout
    cat >"$work/in/sc/detections/cloud/block.yml" <<'EOF'
name: Block
id: 11111111-0000-0000-0000-000000000003
creation_date: '2026-01-01'
status: production
type: TTP
search: >-
  `cloudtrail` eventName=X

  | eval a=lowr(b)
  | stats count by user
finding: {title: x}
EOF
    run 1 check "$work/in/sc/detections/cloud/block.yml"
    out_has "block.yml:9:12: error[T202]: no SPL function 'lowr'"
    out_has '     9 |   | eval a=lowr(b)'
    out_has '       |            ^~~~'
    run 1 check "$work/in/sc"
    out_has "faulty.yml:5:25: error[T201]: no SPL command 'evil'"
    out_has 'stop.yml: runs here'
    out_has '1 of logs in no format known here, 1 withdrawn by the publisher'
    cp "$work/out" "$work/once"
    run 1 check "$work/in/sc" "$work/in/sc" # each directory has a total of its own
    cat "$work/once" "$work/once" >"$work/twice"
    cmp -s "$work/twice" "$work/out" || fail "the totals of two directories were mixed up"
    run 1 check -o json -d "$work/in/sc/detections"
    out_has '"code":"T202","line":9,"column":12,'
    run 0 explain "$work/in/sc/detections/cloud/stop.yml"
    out_has 'over cloudtrail'
    run 1 explain "$work/in/sc/detections/cloud/block.yml"
    err_has 'block.yml:9:12'
    trail
    run 0 run -o ndjson "$work/in/sc/detections/cloud/run.yml" "$work/in/trail.json"
    out_has '"user_arn":"arn:aws:iam::1:user/ann"'
}

# Away from its checkout a detection has no macros: check and explain go on, run and hunt do not.
checks_without_a_checkout() {
    trail
    checkout
    mkdir "$work/in/some"
    cp "$work/in/sc/detections/cloud/run.yml" "$work/in/some"
    printf 'a: 1\n' >"$work/in/some/other.yml"
    run 0 check "$work/in/some"
    out_has "run.yml:7:3: warning[T207]: no macro 'cloudtrail' with 0 arguments"
    out_has 'run.yml: lacks what it names; 1 warning'
    run 1 check --strict "$work/in/some"
    mkdir "$work/in/none.yml" # a directory by the name of a detection
    run 2 run "$work/in/none.yml" "$work/in/trail.json"
    err_has 'none.yml is not one detection'
    run 2 explain "$work/in/none.yml"
    run 2 check "$work/in/none.yml"
    run 0 explain "$work/in/some/run.yml"
    run 1 hunt -d "$work/in/some" "$work/in/trail.json"
    err_has "run.yml:7:3: no macro 'cloudtrail'"
    run 0 hunt -o ndjson --lookups "$work/in/sc" -d "$work/in/some" "$work/in/trail.json"
    out_has '"detection":"Instances Run"'
}

# One bad file does not lose the others.
bad_lookup_files_are_passed_over() {
    trail
    checkout
    printf "name: bad\ndefinition: 'never closed\n" >"$work/in/sc/macros/bad.yml"
    run 0 run -o ndjson --lookups "$work/in/sc/macros" --lang spl -q '`cloudtrail` eventName=R*' \
        "$work/in/trail.json"
    out_has RunInstances
    err_has 'note: '
    err_has 'macros/bad.yml:'
}

macro_recursion_is_a_chain() {
    mkdir "$work/in/m"
    printf '[a]\ndefinition = `b`\n[b]\ndefinition = `c(1)`\n[c(1)]\nargs = x\ndefinition = `b`\n' \
        >"$work/in/m/macros.conf"
    run 1 check --lookups "$work/in/m" --lang spl -q 'index=aws `a`'
    out_has "error[T401]: macro 'b' ends up calling itself: b -> c -> b"
}

# why QUERY REASON - the run finds nothing and says so.
why() {
    run 0 run -o ndjson --now 2025-04-02T00:00:00Z --lang spl -q "$1" "$work/in/trail.json"
    err_has "$2"
}

# A zero is explained; what the query makes itself and alternatives are not to blame for it.
says_why_nothing_was_found() {
    trail
    looked='events looked at (cloudtrail): none had'
    why 'index=aws nosuch=1' "could not match: $looked the field nosuch (of 3)"
    why 'index=aws nosuch=1 other=2' "could not match: $looked the fields nosuch, other (of 3)"
    why 'index=aws (nosuch=1 OR other=2)' "$looked any of the fields nosuch, other (of 3)"
    why 'index=aws sourceIpAddress=1' "$looked the field sourceIpAddress (is it sourceIPAddress?)"
    why 'index=aws errorMessage=x' "found nothing: $looked the field errorMessage (of 3)"
    none='found nothing: events looked at: none passed its conditions (of '
    why 'index=aws (nosuch=1 OR userAgent=x*)' "$looked any of the fields nosuch, userAgent (of 3)"
    why 'index=aws (nosuch=1 OR user_arn=x)' "$none"
    why 'index=aws | eval n=if(eventName="X",1,null()) | search n=1' "$none"
    why 'index=aws | rex field=eventName "(?<n>Q.)" | search n=1' "$none"
    why 'index=aws | search NOT nosuch=1 user_arn=x' "$none"
    mkdir "$work/in/l"
    printf 'k,n\nq,1\n' >"$work/in/l/t.csv"
    run 0 run -o ndjson --lookups "$work/in/l" --lang spl \
        -q 'index=aws | lookup t k as eventName OUTPUT n | search n=1' "$work/in/trail.json"
    err_has "$none"
    rows="rows that came to 'stats': none had"
    why 'index=aws | stats count by nosuch' \
        "could not match: $rows the field nosuch, which it groups by (of 3)"
    why 'index=aws | stats count by eventName, nosuch, other' "$rows the fields nosuch, other, which"
    why 'index=aws | eval a=if(eventName="RunInstances",1,null()), b=if(isnull(a),1,null())
        | stats count by a b' "$rows all of the fields a, b, which it groups by (of 3)"
    why 'index=aws | stats count by eventName | where count > 9' \
        "found nothing: rows out of 'stats': none passed 'where' (of 2)"
    why 'index=aws | dedup nosuch' "rows that came to 'dedup': none had the field nosuch, which it"
    why 'index=aws | chart count over nosuch by eventName' \
        "could not match: rows that came to 'chart': none had the field nosuch, which it groups by"
    why 'index=azure' 'could not match: needs one of azure-activity, entra-audit'
}

# A time range of the query's own never leaves events out in silence.
own_time_ranges_are_said() {
    trail
    why 'index=aws earliest=-1h' 'could not match: events that could matter: all lie outside its own'
    err_has 'note: its own time range (earliest=-1h) left out 3 events that could matter'
    run 0 run -o ndjson --now 2025-04-01T10:00:03Z --lang spl -q 'index=aws earliest=-1s | table eventID' \
        "$work/in/trail.json"
    out_lines 2
    err_has 'its own time range (earliest=-1s) left out 1 event that could matter: --earliest and'
    run 0 run -o ndjson --earliest 2025-01-01T00:00:00Z --lang spl \
        -q 'index=aws earliest=-1h | table eventID' "$work/in/trail.json"
    out_lines 3
    err_lacks 'its own time range'
}

# A regular expression that runs out of steps is no silent no: the rule and the pattern are named.
slow_patterns_are_named() {
    trail
    sed -i "s/RunInstances/$(printf 'a%.0s' $(seq 2000))!/" "$work/in/trail.json"
    mkdir "$work/in/p"
    printf 'index=aws | where match(eventName, "^(a+)+$") | table _time' >"$work/in/p/slow.spl"
    printf 'id: slow\ntitle: Slow\nquery: slow.spl\nseverity: low\nalert: {time: _time}\n' \
        >"$work/in/p/slow.detection.yml"
    run 3 hunt -d "$work/in/p" "$work/in/trail.json"
    out_has 'Could not match (1)'
    out_has 'matches of a regular expression: out of steps, so nobody knows'
    out_has 'not read: 1 x regular expression ran out of steps'
    out_has 'p/slow.spl: ^(a+)+$'
    run 3 hunt -o json -d "$work/in/p" "$work/in/trail.json"
    out_has '"what":"regular expression ran out of steps","cases":[{"where":"'
    out_has '"reason":"^(a+)+$"}]'
}

# A subsearch over its limit says so, for people and for programs.
subsearch_limits_are_said() {
    for i in $(seq 10001); do printf '{"eventVersion":"1","eventSource":"s","eventName":"N%s","awsRegion":"r"}\n' "$i"; done >"$work/in/many.json"
    query='index=aws [search index=aws | fields eventName] | stats count'
    run 0 run -o ndjson --stats=json --lang spl -q "$query" "$work/in/many.json"
    out_has '{"count":10000}'
    err_has 'note: 1 x result limit of the language reached'
    err_has '"what":"result limit of the language reached","cases":[{"where":"query","reason":"'
    query='index=aws eventName=N1 | append maxout=5 [search index=aws | table eventName] | stats count'
    run 0 run -o ndjson --lang spl -q "$query" "$work/in/many.json"
    out_has '{"count":6}'
    err_has "'append' takes 5 rows of its subsearch, 9996 more were left out"
}

# What is counted from the end of the range needs one.
ranges_that_are_asked_for_are_missed() {
    trail
    query='index=aws | addinfo | where _time > relative_time(info_max_time, "-1m") | table eventID'
    run 0 run -o ndjson --lang spl -q "$query" "$work/in/trail.json"
    out_is_empty
    err_has 'note: it counts from the end of its time range (addinfo), and the run has none'
    run 0 run -o ndjson --latest 2025-04-01T10:01:02Z --lang spl -q "$query" "$work/in/trail.json"
    out_has '{"eventID":"3"}'
    out_lines 1
    err_lacks 'addinfo'
}

# What a run that ended early did not find says nothing.
ended_early_is_no_answer() {
    trail
    mkdir "$work/in/p"
    event 4 RunInstances ann "$(head -c 1500000 /dev/zero | tr '\0' a)" >>"$work/in/trail.json"
    printf 'index=aws | stats list(sourceIPAddress) as all' >"$work/in/p/all.spl"
    printf 'id: all\ntitle: All\nquery: all.spl\nseverity: low\nalert: {address: all}\n' \
        >"$work/in/p/all.detection.yml"
    run 3 hunt --memory 1M -d "$work/in/p" "$work/in/trail.json"
    out_has 'Found nothing (1)'
    out_has '  the run was ended early: not all was looked at'
}

tests="
    ended_early_is_no_answer
    ranges_that_are_asked_for_are_missed
    slow_patterns_are_named subsearch_limits_are_said
    says_why_nothing_was_found own_time_ranges_are_said
    checks_a_checkout checks_without_a_checkout bad_lookup_files_are_passed_over
    macro_recursion_is_a_chain
    hunts_with_a_checkout says_what_became_of_each own_lookups_come_first
    a_lookup_is_read_for_a_query subsearches_read_standard_input_twice
    a_limit_is_no_interruption formats_show_when_a_view_shows_events explain_tells_the_gate
"
tap_end "$tests" "$2"
