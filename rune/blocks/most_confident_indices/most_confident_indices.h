/* The block most_confident_indices: the indices of the greatest elements, the greatest first, equal ones in the
 * order of the input. */
#ifndef RUNE_BLOCK_MOST_CONFIDENT_INDICES_H
#define RUNE_BLOCK_MOST_CONFIDENT_INDICES_H

#include "rune.h"
#include "rune_math.h"

RUNE_FUNCTION RUNE_NORETURN void rune_most_confident_indices_nan(int32_t index) {
    struct rune_message message = {.size = 0};
    rune_message_text(&message, "most_confident_indices: element ");
    rune_message_number(&message, index);
    rune_message_text(&message, " is not a number");
    rune_fail(&message);
}

/* `out` holds the best so far in order; each element moves up past those that are smaller, never past equal ones. */
#define RUNE_MOST_CONFIDENT_INDICES(NAME, TYPE)                                                                       \
    RUNE_FUNCTION void rune_most_confident_indices_##NAME(const TYPE *in, uint32_t *out, int32_t elements,            \
                                                          int32_t count) {                                            \
        int32_t kept = 0;                                                                                             \
        for (int32_t i = 0; i < elements; ++i) {                                                                      \
            if (in[i] != in[i]) {                                                                                     \
                rune_most_confident_indices_nan(i);                                                                   \
                return;                                                                                               \
            }                                                                                                         \
            if (kept == count && !(in[i] > in[out[kept - 1]])) continue;                                              \
            int32_t place = kept < count ? kept++ : kept - 1;                                                         \
            for (; place > 0 && in[i] > in[out[place - 1]]; --place) out[place] = out[place - 1];                     \
            out[place] = (uint32_t)i;                                                                                 \
        }                                                                                                             \
    }

RUNE_MOST_CONFIDENT_INDICES(u8, uint8_t)
RUNE_MOST_CONFIDENT_INDICES(i8, int8_t)
RUNE_MOST_CONFIDENT_INDICES(u16, uint16_t)
RUNE_MOST_CONFIDENT_INDICES(i16, int16_t)
RUNE_MOST_CONFIDENT_INDICES(u32, uint32_t)
RUNE_MOST_CONFIDENT_INDICES(i32, int32_t)
RUNE_MOST_CONFIDENT_INDICES(u64, uint64_t)
RUNE_MOST_CONFIDENT_INDICES(i64, int64_t)
RUNE_MOST_CONFIDENT_INDICES(f32, float)
RUNE_MOST_CONFIDENT_INDICES(f64, double)

#endif
