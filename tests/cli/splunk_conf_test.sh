#!/bin/sh
# splunk_conf_test.sh PROGRAM - --splunk-conf: which stanzas hold for which files, and what is said of
# settings that do not work.
#
# What the settings mean is in tests/golden/spl/splunk-conf.test. Runs from the top of the source tree.
# Prints TAP.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

# app TEXT - an app whose props.conf has the text.
app() {
    mkdir -p "$work/in/app/lookups" "$work/in/logs/web" "$work/in/logs/db"
    printf '%s\n' "$1" >"$work/in/app/props.conf"
    printf '{"id":1,"eventTime":"2024-01-01T00:00:01Z","name":"ann","host":"Alpha"}\n' \
        >"$work/in/logs/web/a.json"
    printf '{"id":2,"eventTime":"2024-01-01T00:00:02Z","name":"bob","host":"beta"}\n' \
        >"$work/in/logs/db/b.json"
}

# spl CODE QUERY OPTION...
spl() {
    code=$1
    query=$2
    shift 2
    run "$code" run -o ndjson --lang spl --splunk-conf "$work/in/app" -q "$query" "$@" \
        "$work/in/logs"
}

sources_go_before_hosts_before_sourcetypes() {
    app '[acme]
EVAL-x = "sourcetype"
EVAL-y = "sourcetype"
[host::alpha]
EVAL-x = "host"
EVAL-y = "host"
EVAL-z = "host"
[source::.../web/*.json]
EVAL-x = "source"
[source::.../logs/*.json]
EVAL-x = "a star does not cross a slash"'
    spl 0 'sourcetype=acme | sort id | table id x y z'
    printf '%s\n' '{"id":1,"x":"source","y":"host","z":"host"}' \
        '{"id":2,"x":"sourcetype","y":"sourcetype"}' >"$work/in/want"
    cmp "$work/out" "$work/in/want" || fail "the rows differ"
}

# props.conf.spec, "pattern collisions" and "priority": byte order, then what priority says; a plain
# name goes before patterns.
patterns_that_collide() {
    app "[source::...a...]
EVAL-x = \"a\"
EVAL-y = \"a\"
[source::...n...]
EVAL-x = \"n\"
EVAL-y = \"n\"
priority = 5
[source::$work/in/logs/web/a.json]
EVAL-y = \"plain\"
[host::ALPHA|beta]
EVAL-h = \"either\"
[host::(?-i)alpha]
EVAL-i = \"case\""
    spl 0 'id=1 | table x y h i'
    out_has '{"x":"n","y":"plain","h":"either"}'
}

# A sourcetype that no format goes by is one of plain JSON, whatever the index is called.
sourcetypes_become_known() {
    app '[acme:audit]
EVAL-who = upper(name)'
    spl 0 'index=security sourcetype=acme:audit who=ANN | table id'
    out_has '{"id":1}'
    err_lacks "no format goes by the sourcetype"
    spl 0 'sourcetype=acme:other who=ANN | table id'
    err_has "no format goes by the sourcetype 'acme:other'"
    out_is_empty
}

# Other commands have the option, too; check names everything, and --strict counts it.
says_what_is_not_applied() {
    app '[acme]
EVAL-x = lowr(name)
EVAL-y = "y"
TRANSFORMS-z = drop
SEDCMD-z = s/a/b/'
    spl 0 'sourcetype=acme | table y'
    err_has "app/props.conf:2: [acme] EVAL-x: no SPL function 'lowr'"
    err_lacks "TRANSFORMS-z"
    err_has "2 settings of --splunk-conf are not applied: strandline check lists them"
    spl 1 'sourcetype=acme | table x'
    err_has "error[T301]: the field 'x' comes from a setting that cannot be used"
    err_has "app/props.conf:2: [acme] EVAL-x: no SPL function 'lowr'"
    spl 0 'sourcetype=acme'
    out_has '"y":"y"'
    run 0 check --splunk-conf "$work/in/app" --lang spl -q 'sourcetype=acme y=1'
    err_has "app/props.conf:4: [acme] TRANSFORMS-z: not applied"
    err_has "SEDCMD-z: not applied"
    run 1 check --strict --splunk-conf "$work/in/app" --lang spl -q 'sourcetype=acme y=1'
    run 1 check --splunk-conf "$work/in/app" --lang spl -q 'sourcetype=acme x=1'
    run 0 explain --splunk-conf "$work/in/app" --lang spl -q 'sourcetype=acme y=1'
    err_has "SEDCMD-z"
    out_has "y by $work/in/app/props.conf:3: EVAL-y = \"y\""
}

apps_that_cannot_be_read() {
    app '[acme'
    spl 2 '*'
    err_has "app/props.conf: line 1: this '[' is never closed"
    run 2 run --splunk-conf "$work/in/none" --lang spl -q '*' "$work/in/logs"
    err_has "none: No such file or directory"
}

# An app given later has the say, setting by setting; macros and tables come with it.
several_apps() {
    app '[acme]
EVAL-x = "one"
EVAL-y = "one"
LOOKUP-z = teams name OUTPUT team'
    mkdir -p "$work/in/site/local" "$work/in/site/lookups"
    printf '[acme]\nEVAL-x = "two"\n' >"$work/in/site/local/props.conf"
    printf '[mine]\ndefinition = sourcetype=acme id=1\n' >"$work/in/site/local/macros.conf"
    printf 'name,team\nann,red\n' >"$work/in/site/lookups/teams.csv"
    # shellcheck disable=SC2016  # a macro
    spl 0 '`mine` | table x y team' --splunk-conf "$work/in/site"
    out_has '{"x":"two","y":"one","team":"red"}'
    err_lacks "cannot be used" # as it was before the second app came
}

# The steps of a regular expression are limited; the setting is named, and the exit code says it.
expressions_that_explode() {
    app '[acme]
EXTRACT-0 = "name":"(?<word>[^"]*)
EXTRACT-steps = ^(?<steps>(?:a+|aa?|[^b]+?)+)+$ in word'
    printf '{"id":3,"eventTime":"2024-01-01T00:00:03Z","name":"%s!b"}\n' \
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa \
        >"$work/in/logs/web/c.json"
    spl 3 'sourcetype=acme | sort id | table id steps'
    err_has "app/props.conf:3: [acme] EXTRACT-steps"
    err_has "ran out of steps"
    spl 0 'sourcetype=acme | sort id | table id word'
    out_has '"word":"ann"'
}

# Fields that are built of themselves double with every setting: that ends somewhere.
fields_that_grow() {
    app "[acme]"
    for letter in a b c d e f g h i j k l m n o p q r s t u v w x y z; do
        printf 'FIELDALIAS-%s = f AS f2\nEXTRACT-%s = (?<f>.+)(?<f%s>.?) in f\n' $letter $letter \
            $letter >>"$work/in/app/props.conf"
    done
    printf 'EXTRACT-A = "name":"(?<f>[^"]*)\n' >>"$work/in/app/props.conf"
    spl 1 'sourcetype=acme | table f'
    err_has "the field is built of too many others"
    spl 0 'sourcetype=acme | table id'
    out_lines 2
}

# One setting in many stanzas is a choice as deep as they are many: that ends somewhere, too.
stanzas_that_pile_up() {
    app "[acme]
EVAL-x = 1"
    for stanza in $(seq 300); do
        printf '[source::/%d/...]\nEVAL-x = %d\n' "$stanza" "$stanza" >>"$work/in/app/props.conf"
    done
    spl 1 'sourcetype=acme | table x'
    err_has "the field is built of too many others"
    spl 0 'sourcetype=acme | table id'
    out_lines 2
}

event_types_that_go_round() {
    app '[acme]
EVAL-x = 1'
    # shellcheck disable=SC2016  # macros
    printf '[a]\ndefinition = `b`\n[b]\ndefinition = `a`\n' >"$work/in/app/macros.conf"
    # shellcheck disable=SC2016  # macros
    printf '[round]\nsearch = `a`\n[gone]\nsearch = `none`\n[sub]\nsearch = [search x=1]\n' \
        >"$work/in/app/eventtypes.conf"
    spl 0 'sourcetype=acme | table x eventtype'
    out_has '{"x":1}'
    err_has "eventtypes.conf:2: [round] search:"
    err_has "eventtypes.conf:4: [gone] search:"
    err_has "eventtypes.conf:6: [sub] search: only the terms of a search may stand in an event type"
}

# A table is read when a query asks for a field of it, and not beyond the memory that there is.
tables_beyond_the_memory() {
    app '[acme]
LOOKUP-t = big name OUTPUT team
EVAL-y = 1'
    awk 'BEGIN { print "name,team"; for (i = 0; i < 200000; i++) print "name" i ",team" i }' \
        >"$work/in/app/lookups/big.csv"
    spl 0 'sourcetype=acme | table y' --memory 1M
    spl 1 'sourcetype=acme | table team' --memory 1M
    err_has "LOOKUP-t"
    err_has "--memory raises it"
    spl 0 'sourcetype=acme | table id team'
    out_lines 2
}

# Nothing that settings make is lost behind a gate.
gates_see_through_settings() {
    mkdir -p "$work/in/app"
    printf '%s\n' '[aws:cloudtrail]' 'FIELDALIAS-a = eventName AS operation' \
        'EVAL-verb = if(operation="StopInstances", "stop", "other")' \
        'EXTRACT-b = "eventName":"(?<raw_name>\w+)"' 'EVAL-file = source' \
        'EXTRACT-c = (?<base>\w+)\.json$ in source' >"$work/in/app/props.conf"
    for name in StopInstances RunInstances DescribeInstances; do
        printf '{"eventVersion":"1.08","eventTime":"2025-01-01T00:00:00Z","eventID":"%s",' $name
        printf '"eventSource":"ec2.amazonaws.com","eventName":"%s","awsRegion":"eu-west-1"}\n' $name
    done >"$work/in/trail.json"
    for query in 'operation=Stop*' 'verb=stop' 'raw_name=StopInstances' 'NOT verb=other' \
        'verb=stop file=*trail.json' 'verb=stop base=trail'; do
        for gate in "" --no-gate; do
            # shellcheck disable=SC2086  # an option or none
            run 0 run $gate -o ndjson --lang spl --splunk-conf "$work/in/app" \
                -q "index=aws $query | table eventName" "$work/in/trail.json"
            out_has '{"eventName":"StopInstances"}'
            out_lines 1
        done
    done
    # The file's name stands in no record; what EXTRACT- finds in the record's text does.
    run 0 explain --lang spl --splunk-conf "$work/in/app" \
        -q 'sourcetype=aws:cloudtrail file=*trail.json base=trail'
    out_lacks 'only events'
    run 0 explain --lang spl --splunk-conf "$work/in/app" \
        -q 'sourcetype=aws:cloudtrail raw_name=StopInstances'
    out_has 'only events with "stopinstances"'
    run 0 run --stats=json -o ndjson --lang spl --splunk-conf "$work/in/app" \
        -q 'index=aws verb=stop' "$work/in/trail.json"
    err_has '"candidates":1,'
}

tap_end "sources_go_before_hosts_before_sourcetypes patterns_that_collide sourcetypes_become_known
    says_what_is_not_applied apps_that_cannot_be_read several_apps expressions_that_explode
    fields_that_grow stanzas_that_pile_up event_types_that_go_round tables_beyond_the_memory
    gates_see_through_settings" "$2"
