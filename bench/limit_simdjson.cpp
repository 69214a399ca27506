/* limit_simdjson.cpp - the bare loop that an ungated scan is measured against.
 *
 *   limit_simdjson fields FILE.ndjson    reads three fields of every record
 *   limit_simdjson lookup FILE.ndjson    the same, asking simdjson for one field after the other
 *   limit_simdjson count FILE.ndjson     and counts the records by these three fields
 *
 * It preads pieces into one buffer, splits them at newlines and reads eventName,
 * userIdentity.arn and sourceIPAddress with simdjson's on-demand parser, in whatever order they
 * stand. `fields` walks the keys of a record once, and stops when it has all three. Prints
 * "seconds=S bytes=B records=N complete=N groups=N". Options: --threads N. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include <simdjson.h>

using namespace simdjson;

namespace
{

constexpr size_t piece_bytes = 1 << 20;
constexpr size_t slice_bytes = 32 << 20; /* what a thread takes at once */
constexpr size_t record_bytes_max = 1 << 20;

enum class work_kind { fields, lookup, count };

struct record_fields {
    std::string_view name, arn, address;
    unsigned found = 0;
};

struct tally {
    uint64_t bytes = 0, records = 0, complete = 0;
    std::unordered_map<std::string, uint64_t> groups;
};

[[noreturn]] void fail(const char *what)
{
    std::perror(what);
    std::exit(1);
}

void walk_fields(ondemand::object object, record_fields &out)
{
    for (auto field : object) {
        std::string_view key = field.unescaped_key();
        if (key == "userIdentity") {
            out.found += field.value()["arn"].get_string().get(out.arn) == SUCCESS;
        } else if (key == "eventName") {
            out.found += field.value().get_string().get(out.name) == SUCCESS;
        } else if (key == "sourceIPAddress") {
            out.found += field.value().get_string().get(out.address) == SUCCESS;
            if (out.found == 3) return;
        }
    }
}

void lookup_fields(ondemand::object object, record_fields &out)
{
    out.found += object["eventName"].get_string().get(out.name) == SUCCESS;
    out.found += object["userIdentity"]["arn"].get_string().get(out.arn) == SUCCESS;
    out.found += object["sourceIPAddress"].get_string().get(out.address) == SUCCESS;
}

void read_record(ondemand::parser &parser, work_kind kind, padded_string_view text, tally &out)
{
    auto document = parser.iterate(text);
    ondemand::object object;
    record_fields fields;
    out.records++;
    if (document.get_object().get(object) != SUCCESS) return;
    if (kind == work_kind::lookup) lookup_fields(object, fields);
    else walk_fields(object, fields);
    if (fields.found != 3) return;
    out.complete++;
    if (kind != work_kind::count) return;
    thread_local std::string key;
    key.assign(fields.name);
    key += '\0';
    key += fields.arn;
    key += '\0';
    key += fields.address;
    out.groups[key]++;
}

/* The records that begin in [start, end): the one that begins before is the slice's before. */
void read_slice(int file, uint64_t start, uint64_t end, work_kind kind, tally &out)
{
    static thread_local ondemand::parser parser;
    std::vector<char> buffer(piece_bytes + record_bytes_max + SIMDJSON_PADDING);
    uint64_t offset = start == 0 ? 0 : start - 1, record = offset;
    bool skipping = start != 0;
    size_t kept = 0;
    for (;;) {
        ssize_t got = pread(file, buffer.data() + kept, piece_bytes, static_cast<off_t>(offset));
        if (got < 0) fail("pread");
        if (got == 0) return;
        offset += static_cast<uint64_t>(got);
        const char *at = buffer.data(), *stop = at + kept + got;
        while (const void *newline = std::memchr(at, '\n', static_cast<size_t>(stop - at))) {
            size_t size = static_cast<size_t>(static_cast<const char *>(newline) - at);
            if (!skipping) {
                if (record >= end) return;
                size_t room = static_cast<size_t>(buffer.data() + buffer.size() - at);
                read_record(parser, kind, padded_string_view(at, size, room), out);
                out.bytes += size + 1;
            }
            skipping = false;
            record += size + 1;
            at += size + 1;
        }
        kept = static_cast<size_t>(stop - at);
        if (kept > record_bytes_max) fail("a record is too long");
        std::memmove(buffer.data(), at, kept);
    }
}

tally run(const char *path, work_kind kind, unsigned threads)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) fail(path);
    uint64_t size = static_cast<uint64_t>(status.st_size);
    std::atomic<uint64_t> next{0};
    std::vector<tally> tallies(threads);
    std::vector<std::thread> running;
    for (unsigned i = 0; i < threads; i++) {
        running.emplace_back([&, i] {
            for (uint64_t start; (start = next.fetch_add(slice_bytes)) < size;)
                read_slice(file, start, std::min(start + slice_bytes, size), kind, tallies[i]);
        });
    }
    for (auto &thread : running) thread.join();
    close(file);
    tally total = std::move(tallies[0]);
    for (unsigned i = 1; i < threads; i++) {
        total.bytes += tallies[i].bytes;
        total.records += tallies[i].records;
        total.complete += tallies[i].complete;
        for (const auto &group : tallies[i].groups) total.groups[group.first] += group.second;
    }
    return total;
}

} // namespace

int main(int argc, char **argv)
{
    unsigned threads = 1;
    if (argc == 5 && std::strcmp(argv[1], "--threads") == 0) {
        threads = static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10));
        argv += 2;
        argc -= 2;
    }
    if (argc != 3 || threads == 0 || threads > 64) {
        std::fputs("usage: limit_simdjson [--threads N] fields|lookup|count FILE.ndjson\n", stderr);
        return 2;
    }
    std::string_view name = argv[1];
    work_kind kind = name == "count" ? work_kind::count
        : name == "lookup"           ? work_kind::lookup
                                     : work_kind::fields;
    auto start = std::chrono::steady_clock::now();
    tally total = run(argv[2], kind, threads);
    std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::printf("seconds=%.6f bytes=%llu records=%llu complete=%llu groups=%zu\n", seconds.count(),
                static_cast<unsigned long long>(total.bytes),
                static_cast<unsigned long long>(total.records),
                static_cast<unsigned long long>(total.complete), total.groups.size());
    return 0;
}
