/* codec.c - tells a compressed input by the bytes it begins with. */
#include "source/codec.h"

enum { CODEC_GZIP_MAGIC_BYTES = 2 };

sl_codec sl_codec_of(const uint8_t *bytes, size_t length)
{
    if (length >= CODEC_GZIP_MAGIC_BYTES && bytes[0] == 0x1f && bytes[1] == 0x8b)
        return SL_CODEC_GZIP;
    if (length < SL_CODEC_MAGIC_BYTES) return SL_CODEC_NONE;
    uint32_t magic = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16
        | (uint32_t)bytes[3] << 24;
    bool is_zstd = magic == 0xfd2fb528 || (magic & 0xfffffff0) == 0x184d2a50; /* or skippable */
    return is_zstd ? SL_CODEC_ZSTD : SL_CODEC_NONE;
}
