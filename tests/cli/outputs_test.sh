#!/bin/sh
# outputs_test.sh PROGRAM - tables that queries write: where they may, and what stands in them.
#
# Runs from the top of the source tree. Prints TAP.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

trail() {
    mkdir -p "$work/in/tables"
    {
        printf '{"id":1,"eventTime":"2024-01-01T00:00:01Z","user":"ann, \\"a\\"","n":"=1+1"}\n'
        printf '{"id":2,"eventTime":"2024-01-01T00:00:02Z","user":"bob","tags":["x","y"]}\n'
        printf '{"id":3,"eventTime":"2024-01-01T00:00:03Z","user":"bob"}\n'
    } >"$work/in/trail.json"
}

spl() {
    code=$1
    query=$2
    shift 2
    run "$code" run -o ndjson --lang spl -q "$query" "$@" "$work/in/trail.json"
}

# Nothing is written unless the user says where.
needs_permission() {
    trail
    spl 1 '* | table id | outputlookup seen.csv'
    err_has "error[T301]: 'outputlookup' may not write here"
    err_has "--outputs names the directory"
    spl 1 '* | table id | outputlookup ../seen.csv' --outputs "$work/in/tables"
    err_has "no '.' in front"
    spl 2 '* | table id' --outputs "$work/in/none"
    err_has "is no directory"
}

# Rows pass through, and the file gives back what was written.
writes_and_reads_again() {
    trail
    spl 0 '* | sort id | table id user n tags{} | outputlookup seen | stats count' \
        --outputs "$work/in/tables"
    out_has '{"count":3}'
    printf 'id,user,n,tags{}\n1,"ann, ""a""",=1+1,\n2,bob,,"x\ny"\n3,bob,,\n' >"$work/in/want"
    cmp "$work/in/tables/seen.csv" "$work/in/want" || fail "the table differs"
    spl 0 '| inputlookup seen where user=ann*' --lookups "$work/in/tables"
    out_has '{"id":"1","user":"ann, \"a\"","n":"=1+1"}'
    spl 0 'id=2 | lookup seen id OUTPUT user as who | table who' --lookups "$work/in/tables"
    out_has '{"who":"bob"}'
}

# append=true keeps what was there; a new column comes last.
appends() {
    trail
    printf 'user,first\nold,1\n' >"$work/in/tables/seen.csv"
    spl 0 '* | stats count as id by user | outputlookup append=true seen.csv' \
        --outputs "$work/in/tables"
    printf 'user,id,first\nold,,1\n"ann, ""a""",1,\nbob,2,\n' >"$work/in/want"
    cmp "$work/in/tables/seen.csv" "$work/in/want" || fail "the table differs"
}

# A baseline is kept up by the search that reads it (splunk/security_content: previously seen ...).
keeps_a_baseline() {
    trail
    printf 'user,lastTime\nbob,5\ncid,7\n' >"$work/in/tables/seen.csv"
    spl 0 '* | stats max(_time) as lastTime by user | inputlookup append=t seen.csv
        | stats max(lastTime) as lastTime by user | outputlookup seen.csv | where lastTime > 10' \
        --lookups "$work/in/tables" --outputs "$work/in/tables"
    printf 'user,lastTime\n"ann, ""a""",1704067201\nbob,1704067203\ncid,7\n' >"$work/in/want"
    cmp "$work/in/tables/seen.csv" "$work/in/want" || fail "the table differs"
}

# A directory that cannot be written to is a fault, and the old table stays.
says_what_it_could_not_write() {
    trail
    [ "$(id -u)" -eq 0 ] && return
    printf 'user\nold\n' >"$work/in/tables/seen.csv"
    chmod a-w "$work/in/tables"
    spl 3 '* | table user | outputlookup seen.csv' --outputs "$work/in/tables"
    err_has "cannot be written"
    chmod u+w "$work/in/tables"
    grep -q old "$work/in/tables/seen.csv" || fail "the old table is gone"
}

tap_end "needs_permission writes_and_reads_again appends keeps_a_baseline
    says_what_it_could_not_write" "$2"
