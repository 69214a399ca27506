#!/bin/sh
# run.sh - measures Strandline against the limits of this machine and against other tools.
#
# Makes the data once, then runs every work item in rounds, each tool once a round, so that what
# else the machine does meets all of them alike. Files are in the page cache. Checks that all tools
# give the same rows, and prints one Markdown table: what was measured, what it is measured
# against, and whether the figure that the project promises is met (figures.tsv). Writes
# BUILD/bench.json as well. Ends with 1 when a run failed or rows differ.
set -u
root=$(cd "$(dirname "$0")/.." && pwd) || exit 2
here=$root/bench

build=$root/build
data=
quick=
peers=
runs=5
only=
compile=yes

usage() {
    cat <<'END'
usage: bench/run.sh [--quick] [--peers] [--runs N] [--only WORK,...] [--data DIR] [--build DIR]
                    [--no-build]

  --quick       200 MB and 5,000 files instead of 2 GB and 200,000
  --peers       install the tools to compare with: jq, ripgrep (apt), DuckDB (pip, in a venv);
                without it those that are there are used
  --runs N      how many rounds (5); slow peers run in the first only
  --only WORKS  of ndjson gz hunt-ndjson hunt-gz content-gz stats small groups first
  --data DIR    where the data are made and kept (BUILD/bench-data)
  --build DIR   the build directory (build)
  --no-build    do not build first

content-gz hunts with the core detections of the checkout of splunk/security_content that
STRANDLINE_CONTENT names; without one it is left out.
END
}

say() {
    echo "bench: $*" >&2
}

fail() {
    say "$*"
    exit 2
}

while [ $# -gt 0 ]; do
    case $1 in
    --quick) quick=yes ;;
    --peers) peers=yes ;;
    --no-build) compile= ;;
    --runs | --only | --data | --build)
        [ $# -ge 2 ] || fail "$1 wants a value"
        case $1 in
        --runs) runs=$2 ;;
        --only) only=$2 ;;
        --data) data=$2 ;;
        --build) build=$2 ;;
        esac
        shift
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
    shift
done

if [ -n "$compile" ]; then
    say "building in $build"
    { cmake -S "$root" -B "$build" -DSTRANDLINE_BENCH=ON &&
        cmake --build "$build" --target strandline_program strandline_bench; } \
        >"${TMPDIR:-/tmp}/strandline-bench-build.log" 2>&1 || {
        tail -n 40 "${TMPDIR:-/tmp}/strandline-bench-build.log" >&2
        fail "the build failed"
    }
fi
build=$(cd "$build" && pwd) || exit 2
bin=$build/bench
ours=$build/strandline
for program in "$ours" "$bin/generate" "$bin/limits" "$bin/measure"; do
    [ -x "$program" ] || fail "there is no $program"
done

: "${data:=$build/bench-data}"
mkdir -p "$data" && data=$(cd "$data" && pwd) || exit 2
if [ -n "$quick" ]; then
    set_name=quick bytes=200M files=5000 groups=1M groups_memory=32M
else
    set_name=full bytes=2G files=200000 groups=10M groups_memory=256M
fi
set=$data/$set_name
mkdir -p "$set"

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
results=$work/results.tsv
: >"$results"
failed=0

wanted() {
    [ -n "$only" ] || return 0
    case ",$only," in
    *",$1,"*) return 0 ;;
    esac
    return 1
}

# --- peers ---

install_peers() {
    as_root=
    [ "$(id -u)" -eq 0 ] || as_root=sudo
    for program in jq:jq rg:ripgrep; do
        command -v "${program%%:*}" >/dev/null 2>&1 && continue
        say "installing ${program#*:}"
        { $as_root apt-get update -qq && $as_root apt-get install -y -qq \
            --no-install-recommends "${program#*:}"; } >/dev/null 2>&1 ||
            say "notice: ${program#*:} cannot be installed; it is left out"
    done
    if ! "$data/venv/bin/python3" -c 'import duckdb' 2>/dev/null; then
        say "installing duckdb"
        { python3 -m venv "$data/venv" && "$data/venv/bin/pip" install -q duckdb; } \
            >/dev/null 2>&1 || say "notice: duckdb cannot be installed; it is left out"
    fi
}

has() {
    command -v "$1" >/dev/null 2>&1
}

[ -z "$peers" ] || install_peers
duckdb=
for python in "$data/venv/bin/python3" python3; do
    if "$python" -c 'import duckdb' >/dev/null 2>&1; then
        duckdb=$python
        break
    fi
done
[ -n "$duckdb" ] || say "notice: no duckdb; it is left out (--peers installs it)"
has jq || say "notice: no jq; it is left out (--peers installs it)"
has rg || say "notice: no ripgrep; it is left out (--peers installs it)"
has python3 || say "notice: no python3; it is left out"
[ -x "$bin/limit_simdjson" ] || say "notice: no limit_simdjson: apt-get install g++ libsimdjson-dev"

# --- data ---

generator=$(cat "$here"/*.[ch] | cksum)

# make NAME OPTIONS... - makes DATA/NAME unless it is there, made by this generator with these.
make() {
    name=$1
    shift
    stamp="$generator $*"
    if [ "$(head -n 1 "$set/$name.made" 2>/dev/null)" = "$stamp" ]; then return 0; fi
    say "making $name"
    rm -rf "${set:?}/$name" "$set/$name.made"
    "$bin/generate" "$@" "$set/$name" >"$work/made" || fail "no data: $name"
    { echo "$stamp" && cat "$work/made"; } >"$set/$name.made"
}

# made NAME KEY - what the generator said of it.
made() {
    sed -n "2s/.* $2=\([0-9]*\).*/\1/p" "$set/$1.made"
}

warm() {
    [ "$round" -gt 1 ] || find "$@" -type f -exec cat {} + >/dev/null
}

# --- runs ---

# How the output of each tool becomes rows that can be compared: actor, address, operation, resource
# of the query; name, actor, address, count of the groups; titles of the first ten detections.
rows_ours_query() { sed 1d | tr -d '\r' | cut -d, -f3-6; }
rows_ours_table() { sed 1d | tr -d '\r'; }
rows_hunt() { grep -o '^Made detection 000[0-9]' || true; }
rows_plain() { tr -d '\r'; }

# run WORK TOOL THREADS BYTES ROWS COMMAND... - runs a command and notes it as a line of the
# results. ROWS names the function that turns its output into rows, or is "-". The time is what the
# command says of itself (seconds=), or else that of the whole process.
run() {
    what=$1 tool=$2 threads=$3 size=$4 rows_of=$5
    shift 5
    "$bin/measure" --out "$work/out" "$@" >/dev/null 2>"$work/err"
    status=$?
    if [ "$status" -ne 0 ]; then
        say "$what: $tool, $threads thread(s), ended with $status"
        tail -n 5 "$work/err" >&2
        failed=1
        return
    fi
    rows=- hash=-
    if [ "$rows_of" != - ]; then
        "rows_$rows_of" <"$work/out" | LC_ALL=C sort >"$work/rows"
        rows=$(wc -l <"$work/rows" | tr -d ' ')
        hash=$(cksum <"$work/rows" | tr ' ' -)
    fi
    seconds=$(cat "$work/out" "$work/err" | sed -n 's/^seconds=\([0-9.]*\).*/\1/p' | head -n 1)
    [ -n "$seconds" ] || seconds=$(measured wall)
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$what" "$tool" "$threads" "$seconds" \
        "$(measured first)" "$(measured rss)" "$rows" "$hash" "$size" >>"$results"
}

measured() {
    tail -n 1 "$work/err" | tr ' ' '\n' | sed -n "s/^$1=//p"
}

# In the first round only: slow peers, and what need not be said twice.
once() {
    [ "$round" -gt 1 ] || "$@"
}

# expect WORK ROWS - what the generator says that the query gives.
expect() {
    printf '%s\tgenerator\t0\t0\t0\t0\t%s\t-\t0\n' "$1" "$2" >>"$results"
}

query=$root/detections/T1578.004/T1578.004.spl
stats='index=aws sourcetype="aws:cloudtrail"
    | stats count by eventName, userIdentity.arn, sourceIPAddress'
names='ImportSnapshot|RestoreSnapshotTier|CreateRestoreImageTask|CopySnapshot|RegisterImage'
names="$names|AttachVolume|ModifyVolume|StopInstances|StartInstances|RunInstances"

ours_query() {
    for count in 1 2; do
        run "$1" strandline "$count" "$3" ours_query \
            "$ours" run "$query" "$2" -o csv --progress never --threads "$count"
    done
    if [ -n "$duckdb" ]; then
        for count in 1 2; do
            run "$1" duckdb "$count" "$3" plain \
                "$duckdb" "$here/peers/peer_duckdb.py" query "$count" "$2"
        done
    fi
    if has python3; then
        once run "$1" python 1 "$3" plain python3 "$here/peers/peer_python.py" "$2"
    fi
}

work_ndjson() {
    make events.ndjson --shape ndjson --bytes "$bytes"
    warm "$set/events.ndjson"
    size=$(made events.ndjson bytes)
    once expect ndjson "$(made events.ndjson hits)"
    for count in 1 2; do
        run ndjson pread "$count" "$size" - \
            "$bin/limits" --threads "$count" pread "$set/events.ndjson"
    done
    ours_query ndjson "$set/events.ndjson" "$size"
    has jq || return 0
    once run ndjson jq 1 "$size" plain jq -r -f "$here/peers/query.jq" "$set/events.ndjson"
    has rg || return 0
    # shellcheck disable=SC2016  # the inner shell's parameters
    run ndjson rg+jq 2 "$size" plain sh -c \
        'rg -N --no-filename --threads 1 "\"eventName\":\"($1)\"" "$2" | jq -r -f "$3"' \
        rg "$names" "$set/events.ndjson" "$here/peers/query.jq"
}

work_gz() {
    make deliveries --shape delivery --bytes "$bytes"
    warm "$set/deliveries"
    size=$(made deliveries bytes)
    once expect gz "$(made deliveries hits)"
    for count in 1 2; do
        run gz isa-l "$count" "$size" - \
            "$bin/limits" --threads "$count" inflate "$set/deliveries"
    done
    run gz isa-l-no-crc 1 "$size" - "$bin/limits" --no-crc inflate "$set/deliveries"
    ours_query gz "$set/deliveries" "$size"
    has jq || return 0
    # shellcheck disable=SC2016
    once run gz jq 2 "$size" plain sh -c \
        'find "$1" -name "*.gz" -exec gzip -dc {} + | jq -r ".Records[] | $(cat "$2")"' \
        jq "$set/deliveries" "$here/peers/query.jq"
}

work_hunt() {
    for count in 10 1000; do
        make "detections-$count" --shape detections --files "$count"
    done
    warm "$2"
    for count in 10 1000; do
        run "$1" "strandline-$count" 1 "$3" hunt \
            "$ours" hunt -d "$set/detections-$count" "$2" -o csv --progress never --threads 1
    done
}

work_hunt_ndjson() {
    make events.ndjson --shape ndjson --bytes "$bytes"
    work_hunt hunt-ndjson "$set/events.ndjson" "$(made events.ndjson bytes)"
}

work_hunt_gz() {
    make deliveries --shape delivery --bytes "$bytes"
    work_hunt hunt-gz "$set/deliveries" "$(made deliveries bytes)"
}

# Two of the published searches want most events: every call of a role, every read.
wants_most='/(aws_detect_sts_assume_role_abuse|aws_excessive_security_scanning)\.yml$'

# hunt_content TOOL FILES - with these detections of the checkout.
hunt_content() {
    options=$(echo "$2" | sed "s|^|-d ${content%/}/|")
    # shellcheck disable=SC2086  # options; names of these files have no blanks
    run content-gz "$1" 1 "$size" - \
        "$ours" hunt $options "$set/deliveries" -o csv --progress never --threads 1
}

work_content_gz() {
    make deliveries --shape delivery --bytes "$bytes"
    warm "$set/deliveries"
    size=$(made deliveries bytes)
    run content-gz strandline-alone 1 "$size" - \
        "$ours" run "$query" "$set/deliveries" -o csv --progress never --threads 1
    core=$("$root/tools/list-content" "$content" core)
    hunt_content strandline-core "$core"
    hunt_content strandline-selective "$(echo "$core" | grep -vE "$wants_most")"
}

work_stats() {
    make events.ndjson --shape ndjson --bytes "$bytes"
    warm "$set/events.ndjson"
    size=$(made events.ndjson bytes)
    if [ -x "$bin/limit_simdjson" ]; then
        for count in 1 2; do
            for kind in fields lookup count; do
                run stats "simdjson-$kind" "$count" "$size" - \
                    "$bin/limit_simdjson" --threads "$count" "$kind" "$set/events.ndjson"
            done
        done
    fi
    for count in 1 2; do
        run stats strandline "$count" "$size" ours_table "$ours" run --lang spl -q "$stats" \
            "$set/events.ndjson" -o csv --progress never --threads "$count"
        [ -z "$duckdb" ] || run stats duckdb "$count" "$size" plain \
            "$duckdb" "$here/peers/peer_duckdb.py" stats "$count" "$set/events.ndjson"
    done
}

work_small() {
    make small --shape small --files "$files"
    warm "$set/small"
    size=$(made small bytes)
    once expect small "$(made small hits)"
    for count in 1 2; do
        run small isa-l "$count" "$size" - \
            "$bin/limits" --threads "$count" inflate "$set/small"
        run small strandline "$count" "$size" ours_query \
            "$ours" run "$query" "$set/small" -o csv --progress never --threads "$count"
    done
}

work_groups() {
    make groups.ndjson --shape groups --groups "$groups"
    warm "$set/groups.ndjson"
    size=$(made groups.ndjson bytes)
    run groups strandline 2 "$size" ours_table "$ours" run --lang spl -q \
        '| stats count by id | stats count, sum(count) AS total, max(count) AS most' \
        "$set/groups.ndjson" -o csv --progress never --threads 2 --memory "$groups_memory"
    # As many groups as were made, over all records, and no id more than twice.
    echo "$(made groups.ndjson groups),$(made groups.ndjson records),2" >"$work/rows"
    printf 'groups\tgenerator\t0\t0\t0\t0\t1\t%s\t0\n' "$(cksum <"$work/rows" | tr ' ' -)" \
        >>"$results"
    [ -z "$duckdb" ] || run groups duckdb 2 "$size" plain \
        "$duckdb" "$here/peers/peer_duckdb.py" groups 2 "$set/groups.ndjson"
}

# One record of about a kilobyte that gives one row.
work_first() {
    cat >"$set/first.json" <<'END'
{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAKJNCOWYQKVHTWGRLQ","arn":"arn:aws:iam::111122223333:user/amelia","accountId":"111122223333","accessKeyId":"AKIAYKWW4K7X3NGIJO35","userName":"amelia"},"eventTime":"2025-04-01T00:00:28Z","eventSource":"ec2.amazonaws.com","eventName":"StopInstances","awsRegion":"us-east-1","sourceIPAddress":"10.223.74.253","userAgent":"AWS Internal","requestParameters":{"instancesSet":{"items":[{"instanceId":"i-0123456789abcdef0"}]},"force":false},"responseElements":{"requestId":"7f9d3a54-9da2-4b11-b9d1-7c8d31c0e4d2","instancesSet":{"items":[{"instanceId":"i-0123456789abcdef0","currentState":{"code":64,"name":"stopping"},"previousState":{"code":16,"name":"running"}}]}},"requestID":"e60bc847-3729-4c9a-9315-44c454cf5ad1","eventID":"1347915a-272e-4b27-de5a-4c882ca93b3d","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}
END
    run first strandline 1 "$(wc -c <"$set/first.json" | tr -d ' ')" ours_query \
        "$ours" run "$query" "$set/first.json" -o csv --progress never
    once expect first 1
}

content=${STRANDLINE_CONTENT:-}
for item in ndjson gz hunt-ndjson hunt-gz content-gz stats small groups first; do
    wanted "$item" || continue
    if [ "$item" = content-gz ] && [ ! -d "$content/detections" ]; then
        say "notice: STRANDLINE_CONTENT names no checkout of splunk/security_content; it is left out"
        continue
    fi
    case $item in
    groups) rounds=1 ;; # takes longest, and is about memory
    first) rounds=21 ;; # takes milliseconds
    *) rounds=$runs ;;
    esac
    round=0
    while [ "$round" -lt "$rounds" ]; do
        round=$((round + 1))
        [ "$rounds" -eq 21 ] || say "$item, round $round of $rounds"
        "work_$(echo "$item" | tr - _)"
    done
done

# --- report ---

cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
small_files=$(made small files 2>/dev/null)
awk -f "$here/report.awk" -v machine="${cpu:-unknown}, $(nproc) processors, $(uname -sr)" \
    -v version="$("$ours" --version | head -n 1)" -v set_name="$set_name" -v runs="$runs" \
    -v files="${small_files:-0}" -v json="$build/bench.json" "$here/figures.tsv" "$results"
status=$?
[ "$failed" -eq 0 ] && [ "$status" -eq 0 ]
