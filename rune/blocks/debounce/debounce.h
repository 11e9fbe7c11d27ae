/* The block debounce: of each element what counts, what came last, and how often in a row. */
#ifndef RUNE_BLOCK_DEBOUNCE_H
#define RUNE_BLOCK_DEBOUNCE_H

#include "rune.h"

struct rune_debounced {
    uint32_t counts, last, times;
};

/* state: whether it has begun, then one for each element. `initial` may be a number of 32 bits of either sign. */
#define RUNE_DEBOUNCE(NAME, TYPE)                                                                                     \
    RUNE_FUNCTION void rune_debounce_##NAME(const TYPE *in, TYPE *out, void *state, int32_t count, int32_t runs,      \
                                            int64_t initial) {                                                        \
        uint32_t *has_begun = (uint32_t *)state;                                                                      \
        struct rune_debounced *each = (struct rune_debounced *)(void *)(has_begun + 2);                               \
        for (int32_t i = 0; i < count; ++i) {                                                                         \
            const uint32_t value = (uint32_t)in[i];                                                                   \
            if (!*has_begun) each[i].counts = (uint32_t)initial;                                                      \
            if (each[i].last != value || each[i].times == 0) each[i].times = 0;                                       \
            each[i].last = value;                                                                                     \
            if (each[i].times < (uint32_t)runs) each[i].times += 1;                                                   \
            if (each[i].times == (uint32_t)runs) each[i].counts = value;                                              \
            out[i] = (TYPE)each[i].counts;                                                                            \
        }                                                                                                             \
        *has_begun = 1;                                                                                               \
    }

RUNE_DEBOUNCE(u8, uint8_t)
RUNE_DEBOUNCE(i8, int8_t)
RUNE_DEBOUNCE(u16, uint16_t)
RUNE_DEBOUNCE(i16, int16_t)
RUNE_DEBOUNCE(u32, uint32_t)
RUNE_DEBOUNCE(i32, int32_t)

#endif
