/* address.h - IPv4 and IPv6 addresses, and blocks of them in CIDR notation.
 *
 * Everything is held as 16 bytes; an IPv4 address is not the IPv6 address it may be mapped to,
 * because 0.0.0.0/0 must not match ::1 nor ::/0 match 10.0.0.1.
 *
 * Owner:    values.
 * Threads:  any. */
#ifndef SL_FUNC_ADDRESS_H
#define SL_FUNC_ADDRESS_H

#include "base/text.h"

typedef enum sl_family { SL_IPV4 = 4, SL_IPV6 = 6 } sl_family;

typedef struct sl_address {
    uint8_t bytes[16]; /* network order; IPv4: the first four */
    uint8_t family;    /* sl_family */
} sl_address;

typedef struct sl_network {
    sl_address base; /* bits behind the prefix are zero */
    uint8_t prefix;  /* 0 to 32 or 128 */
} sl_network;

/* "10.1.2.3" (no leading zeros, four parts), "2001:db8::1", "::ffff:10.1.2.3" (which is IPv4's
 * 10.1.2.3). No zone, no brackets, no port. False when `t` is none. */
bool sl_address_parse(sl_text t, sl_address *out);
/* "10.0.0.0/8", "2001:db8::/32"; without "/" the block of one address when `single`. Bits behind
 * the prefix are cleared. */
bool sl_network_parse(sl_text t, bool single, sl_network *out);
bool sl_network_has(const sl_network *network, const sl_address *address);
/* Writes the usual text form (RFC 5952), NUL-terminated; returns its length. */
enum { SL_ADDRESS_TEXT_MAX = 48 };
size_t sl_address_format(const sl_address *address, char out[SL_ADDRESS_TEXT_MAX]);

#endif
