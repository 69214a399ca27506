# report.awk - the table of a benchmark, from figures.tsv and the results of run.sh.
#
# A result is a line of work, tool, threads, seconds, seconds to the first row, peak KiB, rows,
# checksum of the rows, bytes. Prints Markdown, writes the file `json`, and ends with 1 when the
# rows of one work differ between tools.

BEGIN {
    FS = "\t"
}

function median(list, parts, count, i, j, swap)
{
    count = split(list, parts, " ")
    for (i = 2; i <= count; i++) {
        for (j = i; j > 1 && parts[j] + 0 < parts[j - 1] + 0; j--) {
            swap = parts[j]
            parts[j] = parts[j - 1]
            parts[j - 1] = swap
        }
    }
    return count % 2 ? parts[(count + 1) / 2] : (parts[count / 2] + parts[count / 2 + 1]) / 2
}

function quoted(text)
{
    gsub(/\\/, "\\\\", text)
    gsub(/"/, "\\\"", text)
    return "\"" text "\""
}

# The file figures.tsv comes first.
FILENAME ~ /figures\.tsv$/ {
    if ($0 !~ /^#/ && NF >= 8) {
        figure[++figure_count] = $0
    }
    next
}

{
    key = $1 SUBSEP $2 SUBSEP $3
    if (!(key in seconds)) order[++key_count] = key
    seconds[key] = seconds[key] " " $4
    first[key] = first[key] " " $5
    if ($6 + 0 > peak[key] + 0) peak[key] = $6
    bytes[key] = $9
    rows[key] = $7
    hash[key] = $8
    if ($7 != "-" && !($1 in work_rows)) work_rows[$1] = $7
    if ($7 != "-" && work_rows[$1] != $7) differs[$1] = 1
    if ($8 != "-" && !($1 in work_hash)) work_hash[$1] = $8
    if ($8 != "-" && work_hash[$1] != $8) differs[$1] = 1
}

function speed(key)
{
    return median(seconds[key]) > 0 ? bytes[key] / median(seconds[key]) / 1e9 : 0
}

function speed_text(key)
{
    return (key in seconds) ? sprintf("%.2f", speed(key)) : ""
}

# The value of a figure, or "" when one of its sides did not run.
function value_of(measure, work, tool, threads, other, other_threads,
    own, than, works, i, count, most)
{
    if (measure == "memory") {
        count = split(work, works, " ")
        for (i = 1; i <= count; i++) {
            own = works[i] SUBSEP tool SUBSEP threads
            if (!(own in seconds)) return ""
            if (peak[own] / 1024 > most) most = peak[own] / 1024
        }
        return most
    }
    own = work SUBSEP tool SUBSEP threads
    if (!(own in seconds)) return ""
    if (measure == "files") return files / median(seconds[own])
    if (measure == "first") return median(first[own]) * 1000
    than = work SUBSEP other SUBSEP other_threads
    if (!(than in seconds)) return ""
    if (measure == "longer") return median(seconds[own]) / median(seconds[than])
    return median(seconds[than]) / median(seconds[own])
}

function value_text(measure, value)
{
    if (value == "") return "not run"
    if (measure == "share") return sprintf("%.2f of it", value)
    if (measure == "times") return sprintf("%.1fx", value)
    if (measure == "longer") return sprintf("%.2fx the time", value)
    if (measure == "files") return sprintf("%d files/s", value)
    if (measure == "memory") return sprintf("%.1f MiB", value)
    return sprintf("%.1f ms", value)
}

function met(value, target, parts)
{
    if (target == "-" || value == "") return ""
    split(target, parts, " ")
    if (parts[1] == ">=") return value >= parts[2] + 0 ? "met" : "not met"
    if (parts[1] == "<=") return value <= parts[2] + 0 ? "met" : "not met"
    return value < parts[2] + 0 ? "met" : "not met"
}

function agreement(work)
{
    if (work in differs) return "differ"
    return (work in work_rows) ? work_rows[work] : ""
}

function print_figure(line, part, value, own, than, against, unit)
{
    split(line, part, "\t")
    value = value_of(part[2], part[3], part[4], part[5], part[6], part[7])
    own = part[3] SUBSEP part[4] SUBSEP part[5]
    than = part[3] SUBSEP part[6] SUBSEP part[7]
    against = part[6] == "-" ? "" : part[6] (part[7] == 1 ? "" : ", " part[7] " threads")
    printf "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", part[1], part[5],
        part[2] == "first" ? "" : speed_text(own), against, speed_text(than), value_text(part[2], value),
        part[8] == "-" ? "" : part[8], met(value, part[8]), agreement(part[3])
}

function json_figure(line, last, part, value)
{
    split(line, part, "\t")
    value = value_of(part[2], part[3], part[4], part[5], part[6], part[7])
    printf "    {\"title\": %s, \"measure\": %s, \"work\": %s, \"tool\": %s, " \
        "\"threads\": %s, \"against\": %s, \"against_threads\": %s, \"value\": %s, " \
        "\"target\": %s, \"met\": %s}%s\n",
        quoted(part[1]), quoted(part[2]), quoted(part[3]), quoted(part[4]), part[5],
        part[6] == "-" ? "null" : quoted(part[6]), part[7] == "-" ? "null" : part[7],
        value == "" ? "null" : sprintf("%.6g", value), part[8] == "-" ? "null" : quoted(part[8]),
        met(value, part[8]) == "" ? "null" : (met(value, part[8]) == "met" ? "true" : "false"),
        last ? "" : "," >json
}

function json_result(key, last, part, list)
{
    split(key, part, SUBSEP)
    list = substr(seconds[key], 2)
    gsub(/ /, ", ", list)
    printf "    {\"work\": %s, \"tool\": %s, \"threads\": %s, \"seconds\": [%s], " \
        "\"median\": %s, " \
        "\"bytes\": %s, \"gb_per_second\": %.3f, \"peak_kib\": %s, \"rows\": %s, " \
        "\"checksum\": %s}%s\n",
        quoted(part[1]), quoted(part[2]), part[3], list, median(seconds[key]), bytes[key],
        speed(key), peak[key] + 0, rows[key] == "-" ? "null" : rows[key],
        hash[key] == "-" ? "null" : quoted(hash[key]), last ? "" : "," >json
}

function json_all(i)
{
    printf "{\n  \"version\": %s,\n  \"machine\": %s,\n  \"data\": %s,\n  \"results\": [\n",
        quoted(version), quoted(machine), quoted(set_name) >json
    for (i = 1; i <= key_count; i++) json_result(order[i], i == key_count)
    printf "  ],\n  \"figures\": [\n" >json
    for (i = 1; i <= figure_count; i++) json_figure(figure[i], i == figure_count)
    printf "  ]\n}\n" >json
    close(json)
}

function print_legend()
{
    print ""
    print "pread: pieces of 256 KiB into one buffer a thread. isa-l: open, read, inflate into one"
    print "buffer a thread, close; with and without the member's checksum. simdjson-fields: pread,"
    print "split at newlines, read the three fields in one walk of the record's keys; -lookup: by"
    print "asking for one after the other; -count: count the records by them. duckdb, python: without"
    print "the start of Python; all other programs, Strandline too, with their start."
}

END {
    printf "%s on %s; %s data, medians of %d rounds, files in the page cache. GB/s are of\n" \
        "JSON before compression.\n\n", version, machine, set_name, runs
    print "| work | threads | GB/s | against | GB/s | | target | | rows |"
    print "|---|--:|--:|---|--:|--:|--:|---|--:|"
    for (i = 1; i <= figure_count; i++) print_figure(figure[i])
    print_legend()
    json_all()
    for (work in differs) {
        printf "bench: the rows of %s differ between tools:\n", work >"/dev/stderr"
        for (i = 1; i <= key_count; i++) {
            split(order[i], part, SUBSEP)
            if (part[1] == work)
                printf "  %s, %s threads: %s rows, %s\n", part[2], part[3], rows[order[i]],
                    hash[order[i]] >"/dev/stderr"
        }
        status = 1
    }
    exit status
}
