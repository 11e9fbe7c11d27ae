/* The block hold: of each element what is held, and for how many runs still. */
#ifndef RUNE_BLOCK_HOLD_H
#define RUNE_BLOCK_HOLD_H

#include "rune.h"

struct rune_held {
    uint32_t value, left;
};

#define RUNE_HOLD(NAME, TYPE)                                                                                         \
    RUNE_FUNCTION void rune_hold_##NAME(const TYPE *in, TYPE *out, void *state, int32_t count, int32_t runs,          \
                                        int64_t rest) {                                                               \
        struct rune_held *held = (struct rune_held *)state;                                                           \
        for (int32_t i = 0; i < count; ++i) {                                                                         \
            out[i] = in[i];                                                                                           \
            if ((int64_t)in[i] != rest) {                                                                             \
                held[i].value = (uint32_t)in[i];                                                                      \
                held[i].left = (uint32_t)runs;                                                                        \
            } else if (held[i].left > 0) {                                                                            \
                held[i].left -= 1;                                                                                    \
                out[i] = (TYPE)held[i].value;                                                                         \
            }                                                                                                         \
        }                                                                                                             \
    }

RUNE_HOLD(u8, uint8_t)
RUNE_HOLD(i8, int8_t)
RUNE_HOLD(u16, uint16_t)
RUNE_HOLD(i16, int16_t)
RUNE_HOLD(u32, uint32_t)
RUNE_HOLD(i32, int32_t)

#endif
