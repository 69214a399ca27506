/* world.h - the accounts, people, roles and machines that made events speak of.
 *
 * Made once from the seed; events then pick from it, so that the same few hundred identities and
 * addresses come again and again, as in a real account, and grouping by them means something.
 *
 * Owner:    the caller; one world is about a megabyte.
 * Threads:  immutable once made. */
#ifndef BENCH_WORLD_H
#define BENCH_WORLD_H

#include <stdbool.h>
#include <stdint.h>

enum {
    BENCH_ACCOUNTS = 4,
    BENCH_REGIONS = 5,
    BENCH_ROLES = 70, /* each by account */
    BENCH_USERS = 35,
    BENCH_SERVICES = 4,
    BENCH_AGENTS = 16,
    BENCH_ADDRESSES_MAX = 3,
    BENCH_ZIPF_SLOTS = 65536
};

typedef struct bench_identity {
    char head[1024]; /* the userIdentity object, up to the session's creationDate */
    char tail[64];   /* and after it; empty when there is no session */
    uint32_t head_size, tail_size;
    char arn[192]; /* empty: a service, which has none */
    char addresses[BENCH_ADDRESSES_MAX][64];
    uint32_t address_count;
    uint32_t agent;
} bench_identity;

typedef struct bench_account {
    char id[16];
    bench_identity roles[BENCH_ROLES];
    bench_identity users[BENCH_USERS];
    bench_identity root;
} bench_account;

/* Which of `count` things a uniform number of 16 bits picks: the n-th with a share of n^-1.1. */
typedef struct bench_zipf {
    uint16_t slots[BENCH_ZIPF_SLOTS];
} bench_zipf;

typedef struct bench_world {
    bench_account accounts[BENCH_ACCOUNTS];
    bench_identity services[BENCH_SERVICES];
    bench_zipf apis, roles, users;
} bench_world;

extern const char *const bench_regions[BENCH_REGIONS];
extern const char *const bench_agents[BENCH_AGENTS];

void bench_world_init(bench_world *world, uint64_t seed);
void bench_zipf_init(bench_zipf *zipf, uint32_t count);

#endif
