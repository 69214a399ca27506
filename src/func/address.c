/* address.c - reads and compares IPv4 and IPv6 addresses.
 *
 * inet_pton does the parsing: it takes exactly the forms that the header promises, in every
 * locale, without looking anything up. */
#include "func/address.h"

#include <arpa/inet.h>
#include <assert.h>
#include <sys/socket.h>

#include "base/number.h"

bool sl_address_parse(sl_text t, sl_address *out)
{
    assert(out != NULL);

    char text[INET6_ADDRSTRLEN];
    if (t.length < 2 || t.length >= sizeof text) return false;
    memcpy(text, t.data, t.length);
    text[t.length] = '\0';
    if (memchr(text, '\0', t.length) != NULL) return false;
    *out = (sl_address){.family = SL_IPV4};
    if (memchr(text, ':', t.length) == NULL) return inet_pton(AF_INET, text, out->bytes) == 1;

    static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};
    uint8_t bytes[16];
    if (inet_pton(AF_INET6, text, bytes) != 1) return false;
    if (memcmp(bytes, mapped, sizeof mapped) == 0) {
        memcpy(out->bytes, bytes + sizeof mapped, 4);
        return true;
    }
    out->family = SL_IPV6;
    memcpy(out->bytes, bytes, sizeof bytes);
    return true;
}

static void network_clear(sl_network *network)
{
    unsigned bits = network->prefix;
    for (size_t i = 0; i < sizeof network->base.bytes; i++) {
        unsigned kept = bits >= 8 ? 8 : bits;
        network->base.bytes[i] &= (uint8_t)(0xFF00U >> kept);
        bits -= kept;
    }
}

bool sl_network_parse(sl_text t, bool single, sl_network *out)
{
    assert(out != NULL);

    size_t slash = sl_text_find_byte(t, '/', 0);
    *out = (sl_network){.prefix = 0};
    if (!sl_address_parse(sl_text_slice(t, 0, slash), &out->base)) return false;
    int64_t bits = out->base.family == SL_IPV4 ? 32 : 128, prefix = bits;
    if (slash == SIZE_MAX) {
        if (!single) return false;
    } else {
        sl_text digits = sl_text_slice(t, slash + 1, t.length);
        if (digits.length == 0 || digits.length > 3 || digits.data[0] < '0' || digits.data[0] > '9')
            return false;
        if (!sl_integer_parse(digits, &prefix)) return false;
        bool was_mapped = bits == 32 && sl_text_find_byte(t, ':', 0) != SIZE_MAX;
        if (was_mapped) prefix -= 96; /* ::ffff:10.0.0.0/104 */
    }
    if (prefix < 0 || prefix > bits) return false;
    out->prefix = (uint8_t)prefix;
    network_clear(out);
    return true;
}

bool sl_network_has(const sl_network *network, const sl_address *address)
{
    assert(network != NULL);
    assert(address != NULL);

    if (network->base.family != address->family) return false;
    size_t whole = network->prefix / 8;
    unsigned rest = network->prefix % 8;
    if (memcmp(network->base.bytes, address->bytes, whole) != 0) return false;
    if (rest == 0) return true;
    uint8_t mask = (uint8_t)(0xFF00U >> rest);
    return (address->bytes[whole] & mask) == network->base.bytes[whole];
}

size_t sl_address_format(const sl_address *address, char out[SL_ADDRESS_TEXT_MAX])
{
    assert(address != NULL);

    int family = address->family == SL_IPV4 ? AF_INET : AF_INET6;
    if (inet_ntop(family, address->bytes, out, SL_ADDRESS_TEXT_MAX) == NULL) out[0] = '\0';
    return strlen(out);
}
