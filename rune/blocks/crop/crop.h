/* The block crop: some bytes of some rows. */
#ifndef RUNE_BLOCK_CROP_H
#define RUNE_BLOCK_CROP_H

#include "rune.h"

RUNE_FUNCTION void rune_crop(const void *in, void *out, int32_t start, int32_t stride, int32_t height, int32_t size) {
    const uint8_t *from = (const uint8_t *)in + start;
    uint8_t *to = (uint8_t *)out;
    for (int32_t y = 0; y < height; ++y, from += stride, to += size)
        for (int32_t i = 0; i < size; ++i) to[i] = from[i];
}

#endif
