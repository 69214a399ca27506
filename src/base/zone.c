/* zone.c - time zones from the system's TZif files (RFC 8536), or of a fixed offset.
 *
 * A file gives the moments at which the offset changed, and a rule for the years after the last
 * of them. Looking up an offset is a binary search, or two dates of the rule. Files are read
 * with all bounds checked; names cannot leave the zone directory. */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "base/memory.h"

#define ZONE_DIRECTORY "/usr/share/zoneinfo/"

enum {
    ZONE_NAME_MAX = 64,
    ZONE_FILE_MAX = 64 * 1024,
    ZONE_TYPES_MAX = 64,
    ZONE_LETTERS_MAX = 12,
    ZONE_HEADER_BYTES = 44
};

typedef struct zone_type {
    int32_t offset; /* seconds east of UTC */
    char letters[ZONE_LETTERS_MAX];
} zone_type;

/* The day of a year on which the offset changes, and the local time of that day. */
typedef struct zone_day {
    char kind; /* 'J': day 1-365 without leap days, 'D': day 0-365, 'M': weekday of a month */
    int month, week, day;
    int32_t seconds;
} zone_day;

typedef struct zone_rule {
    zone_type standard, summer;
    bool has_summer;
    zone_day start, end; /* of summer time */
} zone_rule;

struct sl_zone {
    zone_type types[ZONE_TYPES_MAX];
    uint32_t type_count;
    bool has_rule;
    zone_rule rule;
    uint32_t change_count;
    int64_t *changes; /* seconds, ascending; behind this struct */
    uint8_t *kinds;   /* the type from that moment on */
};

static const sl_zone zone_utc = {.types = {{0, "UTC"}}, .type_count = 1};

const sl_zone *sl_zone_utc(void)
{
    return &zone_utc;
}

void sl_zone_free(sl_zone *zone)
{
    if (zone != &zone_utc) free(zone);
}

/* A zone with room for `change_count` changes. */
static sl_zone *zone_alloc(uint32_t change_count)
{
    size_t bytes = sizeof(sl_zone) + change_count * (sizeof(int64_t) + sizeof(uint8_t));
    sl_zone *zone = sl_calloc(1, bytes);
    if (zone == NULL) return NULL;
    zone->change_count = change_count;
    zone->changes = (int64_t *)(zone + 1);
    zone->kinds = (uint8_t *)(zone->changes + change_count);
    return zone;
}

static bool zone_two_digits(sl_text t, size_t at, int max, int *out)
{
    if (at + 2 > t.length) return false;
    char a = t.data[at], b = t.data[at + 1];
    if (a < '0' || a > '9' || b < '0' || b > '9') return false;
    *out = (a - '0') * 10 + (b - '0');
    return *out <= max;
}

/* "+02:00", "-0530", "+02". */
static bool zone_parse_fixed(sl_text t, int32_t *out)
{
    int hours = 0, minutes = 0;
    if (t.length < 3 || (t.data[0] != '+' && t.data[0] != '-')) return false;
    if (!zone_two_digits(t, 1, 23, &hours)) return false;
    size_t at = 3;
    if (at < t.length && t.data[at] == ':') at++;
    if (t.length > 3 && (!zone_two_digits(t, at, 59, &minutes) || at + 2 != t.length)) return false;
    *out = (t.data[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

static sl_zone *zone_new_fixed(int32_t offset, sl_text letters)
{
    sl_zone *zone = zone_alloc(0);
    if (zone == NULL) return NULL;
    zone->type_count = 1;
    zone->types[0].offset = offset;
    snprintf(zone->types[0].letters, ZONE_LETTERS_MAX, "%.*s", SL_TEXT_ARG(letters));
    return zone;
}

/* Letters of a path below the zone directory: no dots, so no way up. */
static bool zone_name_is_safe(sl_text name)
{
    if (name.length == 0 || name.length > ZONE_NAME_MAX || name.data[0] == '/') return false;
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '_' && c != '+' && c != '-' && c != '/') return false;
    }
    return true;
}

/* The file's bytes in `out`, or 0. */
static size_t zone_read_file(sl_text name, unsigned char *out)
{
    char path[sizeof ZONE_DIRECTORY + ZONE_NAME_MAX];
    snprintf(path, sizeof path, "%s%.*s", ZONE_DIRECTORY, SL_TEXT_ARG(name));
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return 0;
    struct stat info;
    size_t length = 0;
    bool regular = fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    while (regular && length < ZONE_FILE_MAX) {
        ssize_t got = read(fd, out + length, ZONE_FILE_MAX - length);
        if (got <= 0) break;
        length += (size_t)got;
    }
    close(fd);
    return length;
}

static int64_t zone_number(const unsigned char *p, size_t bytes)
{
    uint64_t number = (p[0] & 0x80) != 0 ? UINT64_MAX : 0; /* sign */
    for (size_t i = 0; i < bytes; i++) number = number << 8 | p[i];
    return (int64_t)number;
}

typedef struct zone_header {
    uint32_t utc_count, standard_count, leap_count, change_count, type_count, letter_count;
} zone_header;

static bool zone_read_header(const unsigned char *p, size_t left, zone_header *out)
{
    if (left < ZONE_HEADER_BYTES || memcmp(p, "TZif", 4) != 0) return false;
    uint32_t *fields[] = {&out->utc_count,    &out->standard_count, &out->leap_count,
                          &out->change_count, &out->type_count,     &out->letter_count};
    for (size_t i = 0; i < SL_COUNT(fields); i++) {
        int64_t count = zone_number(p + 20 + 4 * i, 4);
        if (count < 0 || count > ZONE_FILE_MAX) return false;
        *fields[i] = (uint32_t)count;
    }
    return true;
}

/* Bytes of the block behind a header whose times have `time_bytes`. */
static size_t zone_block_bytes(const zone_header *header, size_t time_bytes)
{
    return header->change_count * (time_bytes + 1) + header->type_count * 6 + header->letter_count
        + header->leap_count * (time_bytes + 4) + header->standard_count + header->utc_count;
}

static bool zone_read_types(sl_zone *zone, const zone_header *header, const unsigned char *types)
{
    const unsigned char *letters = types + 6 * header->type_count;
    zone->type_count = header->type_count;
    for (uint32_t i = 0; i < header->type_count; i++) {
        zone_type *type = &zone->types[i];
        int64_t offset = zone_number(types + 6 * i, 4);
        uint32_t at = types[6 * i + 5];
        if (offset < -26 * 3600 || offset > 26 * 3600 || at >= header->letter_count) return false;
        type->offset = (int32_t)offset;
        for (size_t n = 0; n + 1 < ZONE_LETTERS_MAX && at + n < header->letter_count; n++) {
            type->letters[n] = (char)letters[at + n];
            if (type->letters[n] == '\0') break;
        }
    }
    return true;
}

/* The zone of one block, whose bytes are all there; NULL when it is not right. */
static sl_zone *zone_read_block(const zone_header *header, const unsigned char *p,
                                size_t time_bytes)
{
    if (header->type_count == 0 || header->type_count > ZONE_TYPES_MAX) return NULL;
    if (header->leap_count > 0) return NULL; /* a zone that counts leap seconds */
    sl_zone *zone = zone_alloc(header->change_count);
    if (zone == NULL) return NULL;
    const unsigned char *kinds = p + header->change_count * time_bytes;
    bool right = zone_read_types(zone, header, kinds + header->change_count);
    for (uint32_t i = 0; i < header->change_count && right; i++) {
        zone->changes[i] = zone_number(p + i * time_bytes, time_bytes);
        zone->kinds[i] = kinds[i];
        right =
            kinds[i] < header->type_count && (i == 0 || zone->changes[i] > zone->changes[i - 1]);
    }
    if (right) return zone;
    sl_zone_free(zone);
    return NULL;
}

/* A cursor over the rule's text. */
typedef struct zone_cursor {
    const char *at, *end;
} zone_cursor;

static bool zone_take(zone_cursor *cursor, char c)
{
    if (cursor->at == cursor->end || *cursor->at != c) return false;
    cursor->at++;
    return true;
}

static bool zone_take_number(zone_cursor *cursor, int max, int *out)
{
    int number = 0;
    const char *start = cursor->at;
    while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9') {
        number = number * 10 + (*cursor->at++ - '0');
        if (number > max) return false;
    }
    *out = number;
    return cursor->at > start;
}

/* "[+-]h[:m[:s]]" in seconds. */
static bool zone_take_time(zone_cursor *cursor, int32_t *out)
{
    int hours, minutes = 0, seconds = 0;
    bool negative = zone_take(cursor, '-');
    if (!negative) zone_take(cursor, '+');
    if (!zone_take_number(cursor, 167, &hours)) return false;
    if (zone_take(cursor, ':') && !zone_take_number(cursor, 59, &minutes)) return false;
    if (zone_take(cursor, ':') && !zone_take_number(cursor, 59, &seconds)) return false;
    *out = (negative ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

/* "CET" or "<+03>". */
static bool zone_take_letters(zone_cursor *cursor, char out[ZONE_LETTERS_MAX])
{
    size_t length = 0;
    bool quoted = zone_take(cursor, '<');
    while (cursor->at < cursor->end) {
        char c = *cursor->at;
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (quoted ? c == '>' : !letter) break;
        if (length + 1 == ZONE_LETTERS_MAX) return false;
        out[length++] = c;
        cursor->at++;
    }
    out[length] = '\0';
    return length > 0 && (!quoted || zone_take(cursor, '>'));
}

/* ",M3.5.0/2", ",J60" or ",59". */
static bool zone_take_day(zone_cursor *cursor, zone_day *out)
{
    zone_day day = {.kind = 'D', .seconds = 2 * 3600};
    if (!zone_take(cursor, ',')) return false;
    if (zone_take(cursor, 'M')) {
        day.kind = 'M';
        if (!zone_take_number(cursor, 12, &day.month) || day.month < 1) return false;
        if (!zone_take(cursor, '.') || !zone_take_number(cursor, 5, &day.week)) return false;
        if (day.week < 1 || !zone_take(cursor, '.')) return false;
        if (!zone_take_number(cursor, 6, &day.day)) return false;
    } else {
        if (zone_take(cursor, 'J')) day.kind = 'J';
        if (!zone_take_number(cursor, 365, &day.day)) return false;
    }
    if (zone_take(cursor, '/') && !zone_take_time(cursor, &day.seconds)) return false;
    *out = day;
    return true;
}

/* The rule in the file's last line: "CET-1CEST,M3.5.0,M10.5.0/3". */
static bool zone_parse_rule(sl_text t, zone_rule *out)
{
    zone_cursor cursor = {t.data, t.data + t.length};
    zone_rule rule = {0};
    if (!zone_take_letters(&cursor, rule.standard.letters)) return false;
    if (!zone_take_time(&cursor, &rule.standard.offset)) return false;
    rule.standard.offset = -rule.standard.offset; /* POSIX counts west of UTC */
    if (cursor.at < cursor.end) {
        rule.has_summer = true;
        if (!zone_take_letters(&cursor, rule.summer.letters)) return false;
        rule.summer.offset = rule.standard.offset + 3600;
        if (cursor.at < cursor.end && *cursor.at != ',') {
            if (!zone_take_time(&cursor, &rule.summer.offset)) return false;
            rule.summer.offset = -rule.summer.offset;
        }
        if (!zone_take_day(&cursor, &rule.start)) return false;
        if (!zone_take_day(&cursor, &rule.end)) return false;
    }
    if (cursor.at != cursor.end) return false;
    *out = rule;
    return true;
}

static sl_zone *zone_parse_file(const unsigned char *data, size_t length)
{
    zone_header header;
    if (!zone_read_header(data, length, &header)) return NULL;
    const unsigned char *p = data + ZONE_HEADER_BYTES;
    size_t left = length - ZONE_HEADER_BYTES, time_bytes = 4;
    if (zone_block_bytes(&header, time_bytes) > left) return NULL;
    if (data[4] >= '2') {
        /* The same again with times of 8 bytes. */
        p += zone_block_bytes(&header, time_bytes);
        left -= zone_block_bytes(&header, time_bytes);
        if (!zone_read_header(p, left, &header)) return NULL;
        p += ZONE_HEADER_BYTES;
        left -= ZONE_HEADER_BYTES;
        time_bytes = 8;
        if (zone_block_bytes(&header, time_bytes) > left) return NULL;
    }
    sl_zone *zone = zone_read_block(&header, p, time_bytes);
    if (zone == NULL || time_bytes == 4) return zone;

    p += zone_block_bytes(&header, time_bytes);
    left -= zone_block_bytes(&header, time_bytes);
    if (left < 3 || p[0] != '\n') return zone;
    sl_text rule = sl_text_make((const char *)p + 1, left - 1);
    size_t end = sl_text_find_byte(rule, '\n', 0);
    if (end != SIZE_MAX) zone->has_rule = zone_parse_rule(sl_text_slice(rule, 0, end), &zone->rule);
    return zone;
}

sl_zone *sl_zone_new(sl_text name)
{
    int32_t offset;
    if (sl_text_equal_nocase(name, SL_TEXT("utc")) || sl_text_equal_nocase(name, SL_TEXT("z")))
        return zone_new_fixed(0, SL_TEXT("UTC"));
    if (sl_text_equal(name, SL_TEXT("GMT"))) return zone_new_fixed(0, name);
    if (zone_parse_fixed(name, &offset)) return zone_new_fixed(offset, name);
    if (!zone_name_is_safe(name)) return NULL;

    unsigned char *data = sl_malloc(ZONE_FILE_MAX);
    if (data == NULL) return NULL;
    size_t length = zone_read_file(name, data);
    sl_zone *zone = zone_parse_file(data, length);
    free(data);
    return zone;
}

/* Seconds since the epoch, counted in local time, at which the rule's day changes the offset. */
static int64_t zone_day_seconds(const zone_day *day, int64_t year)
{
    int64_t days = sl_year_start(year) + day->day;
    if (day->kind == 'J') {
        days--;
        if (day->day >= 60 && sl_is_leap_year(year)) days++;
    } else if (day->kind == 'M') {
        int64_t first = sl_days_of_date(year, day->month, 1);
        int in_month = (day->day - sl_weekday_of_days(first) + 7) % 7 + 7 * (day->week - 1);
        /* Week 5 is the last one, be it the fourth. */
        while (in_month >= sl_days_in_month(year, day->month)) in_month -= 7;
        days = first + in_month;
    }
    return days * SL_SECONDS_PER_DAY + day->seconds;
}

static const zone_type *zone_rule_type(const zone_rule *rule, int64_t seconds)
{
    if (!rule->has_summer) return &rule->standard;
    int64_t local = seconds + rule->standard.offset;
    int64_t year = sl_date_of_days(sl_floor_div(local, SL_SECONDS_PER_DAY)).year;
    int64_t start = zone_day_seconds(&rule->start, year) - rule->standard.offset;
    int64_t end = zone_day_seconds(&rule->end, year) - rule->summer.offset;
    /* South of the equator summer runs over the new year. */
    bool summer =
        start < end ? seconds >= start && seconds < end : seconds >= start || seconds < end;
    return summer ? &rule->summer : &rule->standard;
}

static const zone_type *zone_type_at(const sl_zone *zone, int64_t seconds)
{
    uint32_t low = 0, high = zone->change_count; /* the first change after `seconds` */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (zone->changes[middle] <= seconds) low = middle + 1;
        else high = middle;
    }
    if (low == zone->change_count && zone->has_rule) return zone_rule_type(&zone->rule, seconds);
    return &zone->types[low == 0 ? 0 : zone->kinds[low - 1]];
}

int32_t sl_zone_offset(const sl_zone *zone, sl_time time)
{
    if (zone == NULL) return 0;
    return zone_type_at(zone, sl_floor_div(time, SL_SECOND))->offset;
}

sl_text sl_zone_letters(const sl_zone *zone, sl_time time)
{
    if (zone == NULL) zone = &zone_utc;
    return sl_text_from(zone_type_at(zone, sl_floor_div(time, SL_SECOND))->letters);
}
