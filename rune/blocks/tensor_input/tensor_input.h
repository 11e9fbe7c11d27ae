/* The block tensor_input: `count` elements of `size` bytes, copied. */
#ifndef RUNE_BLOCK_TENSOR_INPUT_H
#define RUNE_BLOCK_TENSOR_INPUT_H

#include "rune.h"

RUNE_FUNCTION void rune_tensor_input(const void *in, void *out, int32_t count, int32_t size) {
    const uint8_t *from = (const uint8_t *)in;
    uint8_t *to = (uint8_t *)out;
    for (int64_t i = 0; i < (int64_t)count * size; ++i) to[i] = from[i];
}

#endif
