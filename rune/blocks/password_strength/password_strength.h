/* The block password_strength: 0, 1 or 2 for each text that ends with a line feed, by its bytes with that one. */
#ifndef RUNE_BLOCK_PASSWORD_STRENGTH_H
#define RUNE_BLOCK_PASSWORD_STRENGTH_H

#include "rune.h"

RUNE_FUNCTION void rune_password_strength(const struct rune_text *in, uint32_t *out, int32_t *sizes, int32_t count) {
    int32_t judged = 0;
    for (int32_t i = 0; i < count; ++i) {
        uint32_t size = in[i].size;
        if (size == 0 || in[i].bytes[size - 1] != '\n') continue;
        out[judged++] = size > 11 ? 0u : size >= 8 ? 1u : 2u;
    }
    sizes[0] = judged;
}

#endif
