/* The block image_input: bytes, copied. */
#ifndef RUNE_BLOCK_IMAGE_INPUT_H
#define RUNE_BLOCK_IMAGE_INPUT_H

#include "rune.h"

RUNE_FUNCTION void rune_image_input(const uint8_t *in, uint8_t *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) out[i] = in[i];
}

#endif
