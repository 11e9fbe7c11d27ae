/* A record of a tested block's outputs: the number of bytes, their CRC-32, and the first bytes. */
#ifndef RUNE_BLOCK_WITNESS_H
#define RUNE_BLOCK_WITNESS_H

#include <stdint.h>

#include "language.h"

RUNE_FUNCTION uint64_t rune_block_bits(const unsigned char *bytes, uint32_t size) {
    uint64_t bits = 0;
    for (uint32_t i = 0; i < size; ++i) bits |= (uint64_t)bytes[i] << (8 * i);
    return bits;
}

RUNE_FUNCTION void rune_block_put(uint8_t *bytes, uint32_t bits) {
    for (uint32_t i = 0; i < 4; ++i) bytes[i] = (uint8_t)(bits >> (8 * i));
}

/* Replaces every NaN by one bit pattern, in floats of 4 or 8 bytes. */
RUNE_FUNCTION uint64_t rune_block_one_nan(uint64_t bits, uint32_t size) {
    if (size == 4) return (bits & UINT32_C(0x7FFFFFFF)) > UINT32_C(0x7F800000) ? UINT32_C(0x7FC00000) : bits;
    if ((bits & UINT64_C(0x7FFFFFFFFFFFFFFF)) > UINT64_C(0x7FF0000000000000)) return UINT64_C(0x7FF8000000000000);
    return bits;
}

/* Adds an array to `seen`, which holds 8 bytes and the `kept` first. */
RUNE_FUNCTION void rune_block_witness(
    uint8_t *seen, uint32_t kept, const void *array, uint32_t count, uint32_t size, int is_float
) {
    const unsigned char *bytes = (const unsigned char *)array;
    uint32_t all = (uint32_t)rune_block_bits(seen, 4);
    uint32_t sum = ~(uint32_t)rune_block_bits(seen + 4, 4);
    for (uint32_t i = 0; i < count; ++i) {
        uint64_t bits = rune_block_bits(bytes + i * size, size);
        if (is_float) bits = rune_block_one_nan(bits, size);
        for (uint32_t j = 0; j < size; ++j, ++all, bits >>= 8) {
            if (all < kept) seen[8 + all] = (uint8_t)bits;
            sum ^= (uint32_t)(bits & 255);
            for (int k = 0; k < 8; ++k) sum = (sum >> 1) ^ (UINT32_C(0xEDB88320) & (0 - (sum & 1)));
        }
    }
    rune_block_put(seen, all);
    rune_block_put(seen + 4, ~sum);
}

#endif
