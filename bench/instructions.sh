#!/bin/sh
# instructions.sh - instructions a record on the main paths, counted by callgrind.
#
# Seconds depend on the machine and on what else it does; instructions do not, so they show a
# change of a few percent. Each path runs over a small and a larger piece of the same data, and the
# difference, which the start of the program is no part of, is divided by the difference in
# records. Valgrind 3.19 knows no AVX-512, so these are the AVX2 paths. Writes instructions.tsv;
# with --check it compares instead, and ends with 1 when a path needs 3 % more than is recorded.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build
table=$root/bench/instructions.tsv
check=

while [ $# -gt 0 ]; do
    case $1 in
    --check) check=yes ;;
    --build)
        build=$2
        shift
        ;;
    *)
        echo "usage: bench/instructions.sh [--check] [--build DIR]" >&2
        exit 2
        ;;
    esac
    shift
done

for program in "$build/strandline" "$build/bench/generate"; do
    [ -x "$program" ] || {
        echo "instructions: there is no $program; build with -DSTRANDLINE_BENCH=ON" >&2
        exit 2
    }
done
command -v valgrind >/dev/null || {
    echo "instructions: valgrind is missing: apt-get install valgrind" >&2
    exit 2
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# make NAME OPTIONS... - the data, with the number of records in NAME.records.
make() {
    name=$1
    shift
    "$build/bench/generate" "$@" "$work/$name" |
        sed -n 's/.* records=\([0-9]*\).*/\1/p' >"$work/$name.records"
}

for size in 4M 16M; do
    make "events-$size" --shape ndjson --bytes "$size"
    make "deliveries-$size" --shape delivery --bytes "$size"
done
make small-4M --shape small --files 400
make small-16M --shape small --files 1600
make groups-4M --shape groups --groups 20k
make groups-16M --shape groups --groups 80k
make detections-10 --shape detections --files 10
make detections-1000 --shape detections --files 1000

count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$build/strandline" "$@" \
        --threads 1 --progress never -o csv 2>"$work/log" >/dev/null || {
        tail -n 5 "$work/log" >&2
        return 1
    }
    sed -n 's/^==.*Collected : \([0-9]*\).*/\1/p' "$work/log"
}

# path NAME DATA COMMAND... - one line: name, records, instructions a record.
path() {
    name=$1 data=$2
    shift 2
    echo "instructions: $name" >&2
    less=$(count "$@" "$work/$data-4M") || less=
    more=$(count "$@" "$work/$data-16M") || more=
    if [ -z "$less" ] || [ -z "$more" ]; then
        echo "instructions: $name did not run" >&2
        failed=1
        return
    fi
    records=$(cat "$work/$data-16M.records")
    between=$((records - $(cat "$work/$data-4M.records")))
    printf '%s\t%s\t%s\n' "$name" "$records" $(((more - less) / between)) >>"$work/table"
}

failed=0
query=$root/detections/T1578.004/T1578.004.spl
stats='index=aws sourcetype="aws:cloudtrail"
    | stats count by eventName, userIdentity.arn, sourceIPAddress'

cat >"$work/table" <<'END'
# Instructions a record, by callgrind; written by instructions.sh. The stable figure of speed.
# path	records	instructions a record
END
path query-ndjson events run "$query"
path query-ndjson-no-gate events run "$query" --no-gate
path query-gz deliveries run "$query"
path query-small-files small run "$query"
path hunt-10-ndjson events hunt -d "$work/detections-10"
path hunt-1000-ndjson events hunt -d "$work/detections-1000"
path hunt-1000-gz deliveries hunt -d "$work/detections-1000"
path stats-ndjson events run --lang spl -q "$stats"
path stats-distinct-ndjson groups run --lang spl -q '| stats count by id | stats count'
[ "$failed" -eq 0 ]

if [ -z "$check" ]; then
    cp "$work/table" "$table"
    cat "$table"
    exit 0
fi
awk -F '\t' '
/^#/ { next }
FNR == NR { recorded[$1] = $3; next }
{
    was = recorded[$1]
    grown = was > 0 ? ($3 - was) * 100 / was : 0
    printf "%-24s %8d %8s %+6.1f %%\n", $1, $3, was, grown
    if (was == "" || grown > 3) status = 1
}
END { exit status }' "$table" "$work/table"
