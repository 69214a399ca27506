#!/bin/sh
# coverage.sh PROGRAM - names what the tables of SPL have and no golden case uses, and cases that
# spl/README.md names and that are not there.
#
# Commands count where they stand behind `|` or `[`, or begin a query. In commands that aggregate a
# call is the aggregate of that name, elsewhere the function. Prints TAP; runs from the top of the
# source tree.
program=${1:?which program?}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

# kind, name of each row that is run.
"$program" functions spl -o json | awk '
    !/"refused":/ && match($0, /"kind":"[a-z]*"/) {
        kind = substr($0, RSTART + 8, RLENGTH - 9)
        match($0, /"name":"[^"]*"/)
        print kind, substr($0, RSTART + 8, RLENGTH - 9)
    }' >"$work/rows"

# The texts of all queries, one a line.
awk '
    /^query / { text = " "; reading = ($2 == "spl"); next }
    /^(now|tz|profile|option|skip) / && text == " " { next }
    /^(----|expect |$)/ { if (reading) print text; reading = 0 }
    reading { text = text " " $0 }
    END { if (reading) print text }' tests/golden/spl/*.test >"$work/queries"

awk '
    FNR == NR { rows[++count] = $0; kind[$2] = kind[$2] " " $1; next }
    function seen_calls(part, aggregates,    name, tail) {
        while (match(part, /[a-z_][a-z_0-9.]*[ ]*\(/)) {
            name = substr(part, RSTART, RLENGTH - 1)
            part = substr(part, RSTART + RLENGTH)
            sub(/ *$/, "", name)
            tail = name
            sub(/[0-9.]+$/, "", tail)
            if (aggregates && kind[name] ~ /aggregate/) seen["aggregate " name] = 1
            else if (aggregates && kind[tail] ~ /aggregate/) seen["aggregate " tail] = 1
            else seen["function " name] = 1
        }
    }
    {
        gsub(/\\"/, "")
        parts = split(tolower($0), part, /[|[]/)
        for (i = 1; i <= parts; i++) {
            split(part[i], word, /[^a-z_0-9]+/)
            command = word[1] == "" ? word[2] : word[1]
            seen["command " command] = 1
            aggregates = command ~ /stats$|chart$|^trendline$/
            if (aggregates && part[i] ~ /[ ,]c[ ,]/) seen["aggregate c"] = 1
            if (aggregates && part[i] ~ /[ ,]count[ ,]/) seen["aggregate count"] = 1
            seen_calls(part[i], aggregates)
        }
    }
    END {
        for (i = 1; i <= count; i++)
            printf "%sok %d - %s\n", (rows[i] in seen) ? "" : "not ", i, rows[i]
        print "1.." count
    }' "$work/rows" "$work/queries" >"$work/tap"

# FILE CASE of every case, and of those that the index names.
awk '/^query / { file = FILENAME; sub(/.*\//, "", file); sub(/\.test$/, "", file); print file, $3 }' \
    tests/golden/spl/*.test >"$work/cases"
awk -F'|' '
    /^\| [0-9]+ \|/ {
        groups = split($4, group, ";")
        for (g = 1; g <= groups; g++) {
            file = cases = group[g]
            sub(/:.*/, "", file)
            sub(/[^:]*:/, "", cases)
            gsub(/ /, "", file)
            names = split(cases, name, /[ ,]+/)
            for (n = 1; n <= names; n++)
                if (name[n] != "") print file, name[n]
        }
    }' tests/golden/spl/README.md >"$work/named"
grep -vxFf "$work/cases" "$work/named" | sed 's/^/not ok - no case: /' >>"$work/tap"
grep -q . "$work/named" || echo "not ok - spl/README.md names no case" >>"$work/tap"

cat "$work/tap"
grep -q '^1\.\.[1-9]' "$work/tap" && ! grep -q '^not ok' "$work/tap"
