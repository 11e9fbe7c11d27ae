/* The block reshape: the bytes as they are. */
#ifndef RUNE_BLOCK_RESHAPE_H
#define RUNE_BLOCK_RESHAPE_H

#include "rune.h"

RUNE_FUNCTION void rune_reshape(const void *in, void *out, int32_t size) {
    for (int32_t i = 0; i < size; ++i) ((uint8_t *)out)[i] = ((const uint8_t *)in)[i];
}

#endif
