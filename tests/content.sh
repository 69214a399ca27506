#!/bin/sh
# content.sh PROGRAM VERDICTS [CHECKOUT] - how much of splunk/security_content runs here, and rightly.
#
# PROGRAM and VERDICTS are tests/content/content and verdicts of a build; CHECKOUT a checkout of the
# library, by default what STRANDLINE_CONTENT names. Without one there is nothing to measure: 77.
# Prints the figures for the detections over raw CloudTrail and Azure logs (core), with those over
# Security Lake and the data models that CloudTrail fills (wider), and for all active ones; why those
# that are refused are; and whether what tests/content/verdicts says of them holds. A wrong verdict
# is a failure.
#
# STRANDLINE_CONTENT_STRICT=1: so is a figure below what is to be held.
# shellcheck disable=SC2016  # what stands in single quotes is for awk and grep
program=${1:?which program?}
verdicts=${2:?which program for the verdicts?}
checkout=${3:-${STRANDLINE_CONTENT:-}}
if [ -z "$checkout" ] || [ ! -d "$checkout/detections" ]; then
    echo "skipped: STRANDLINE_CONTENT names no checkout of splunk/security_content"
    exit 77
fi
checkout=${checkout%/}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

"$program" "$checkout" >"$work/all" || exit 1
awk -F'\t' '$1 != "deprecated" && $3 !~ /\/deprecated\// { print }' "$work/all" >"$work/active"

for group in core wider; do
    "$(dirname "$0")/../tools/list-content" "$checkout" "$group" >"$work/$group.files"
done
cut -f3 "$work/active" | sort -u >"$work/all.files"

# share PART WHOLE: in percent, with a tenth.
share() {
    [ "$2" -eq 0 ] && { echo 0; return; }
    awk -v part="$1" -v whole="$2" 'BEGIN { printf "%.1f", 100 * part / whole }'
}

# count GROUP FILTER...: lines of the group that awk's condition holds for.
count() {
    awk -F'\t' -v files="$work/$1.files" "
        BEGIN { while ((getline file < files) > 0) wanted[file] = 1 }
        (\$3 in wanted) && ($2) { n++ }
        END { print n + 0 }" "$work/active"
}

# measure GROUP TITLE: sets `parsed_share` and `run_share`.
measure() {
    total=$(count "$1" 1)
    parsed=$(count "$1" '$2 == "parsed"')
    run=$(count "$1" '$1 == "run"')
    refused=$(count "$1" '$1 == "refused"')
    foreign=$(count "$1" '$1 == "foreign"')
    parsed_share=$(share "$parsed" "$total")
    run_share=$(share "$run" "$total")
    printf '%-6s %5d detections: %5d parse (%s %%), %5d run (%s %%), %4d refused, %4d of logs in no known format\n' \
        "$1" "$total" "$parsed" "$parsed_share" "$run" "$run_share" "$refused" "$foreign"
}

status=0
# hold WHAT SHARE LEAST
hold() {
    awk -v share="$2" -v least="$3" 'BEGIN { exit !(share >= least) }' && return
    echo "below its mark: $1 is $2 %, $3 % is to be held"
    status=1
}

measure core
hold "core that parses" "$parsed_share" 100
hold "core that runs" "$run_share" 98
measure wider
hold "wider that parses" "$parsed_share" 100
hold "wider that runs" "$run_share" 93
measure all
hold "active that parses" "$parsed_share" 95

echo
echo "Why, of the wider ones that do not run:"
awk -F'\t' -v files="$work/wider.files" '
    BEGIN { while ((getline file < files) > 0) wanted[file] = 1 }
    ($3 in wanted) && $1 != "run" { print $1 ": " ($5 == "" ? "no known source" : $5) }' \
    "$work/active" | sort | uniq -c | sort -rn | head -n 20
echo
echo "Of all that do not parse:"
awk -F'\t' '$2 == "unparsed" { print $5 }' "$work/active" | sed "s/'[^']*'/'...'/" |
    sort | uniq -c | sort -rn | head -n 20

[ -n "${STRANDLINE_CONTENT_STRICT:-}" ] || status=0

# Verdicts: each file of them is about one detection.
echo
"$verdicts" "$checkout" "$(dirname "$0")"/content/verdicts/*.verdict >"$work/verdicts" || status=1
for group in core wider; do
    awk -F'\t' -v files="$work/$group.files" -v group=$group '
        BEGIN { while ((getline file < files) > 0) wanted[file] = 1 }
        ("detections/" $2 in wanted) { n++; count[$1]++; fires += $3; silent += $4 }
        END {
            printf "%-6s %5d have verdicts: %5d right, %d wrong, %d not judged for want of the " \
                   "public logs; %d cases fire, %d are silent\n",
                   group, n, count["right"], count["wrong"], count["missing"], fires, silent
        }' "$work/verdicts"
done
echo "Core detections without a verdict:"
awk -F'\t' -v verdicts="$work/verdicts" -v files="$work/core.files" '
    BEGIN {
        while ((getline line < verdicts) > 0) { split(line, part, FS); known["detections/" part[2]] = 1 }
        while ((getline file < files) > 0) core[file] = 1
    }
    ($3 in core) && !($3 in known) { print "  " $3 }' "$work/active"
exit $status
