/* The block signed_pixels: x - 128, so that 0 to 255 become -128 to 127. */
#ifndef RUNE_BLOCK_SIGNED_PIXELS_H
#define RUNE_BLOCK_SIGNED_PIXELS_H

#include "rune.h"

RUNE_FUNCTION void rune_signed_pixels(const uint8_t *in, int8_t *out, int32_t count) {
    /* Flipping the highest bit is subtracting 128, in the numbers that a signed byte holds. */
    for (int32_t i = 0; i < count; ++i)
        out[i] = (int8_t)(in[i] ^ 0x80);
}

#endif
