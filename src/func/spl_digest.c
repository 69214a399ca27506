/* spl_digest.c - eval's digests of text: md5, sha1, sha256 and sha512, in hexadecimal.
 *
 * The digest is of the value's text as it is written. Several values have no one text: missing. */
#include "func/spl.h"

#include <sys/types.h>

#include <md5.h>
#include <sha1.h>
#include <sha2.h>

#include "func/spl_value.h"

/* libmd: the digest of `length` bytes as hexadecimal digits and a NUL in `out`. */
typedef char *digest_data(const uint8_t *bytes, size_t length, char *out);

static void digest_rows(const sl_call *call, digest_data *data, size_t digits)
{
    for (uint32_t i = 0; i < call->row_count; i++) {
        uint32_t row = call->rows[i];
        sl_text t;
        if (!sl_spl_text(call->arena, sl_arg(call, 0, row), &t)) continue;
        char *hex = sl_arena_bytes(call->arena, digits + 1);
        if (hex == NULL) continue;
        data((const uint8_t *)(t.length == 0 ? "" : t.data), t.length, hex);
        call->out[row] = sl_string(sl_text_make(hex, digits));
    }
}

void sl_fn_spl_md5(const sl_call *call)
{
    digest_rows(call, MD5Data, MD5_DIGEST_STRING_LENGTH - 1);
}

void sl_fn_spl_sha1(const sl_call *call)
{
    digest_rows(call, SHA1Data, SHA1_DIGEST_STRING_LENGTH - 1);
}

void sl_fn_spl_sha256(const sl_call *call)
{
    digest_rows(call, SHA256Data, SHA256_DIGEST_STRING_LENGTH - 1);
}

void sl_fn_spl_sha512(const sl_call *call)
{
    digest_rows(call, SHA512Data, SHA512_DIGEST_STRING_LENGTH - 1);
}
