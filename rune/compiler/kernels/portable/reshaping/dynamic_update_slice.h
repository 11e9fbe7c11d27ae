/* DYNAMIC_UPDATE_SLICE, byte by byte. */
#ifndef RUNE_DYNAMIC_UPDATE_SLICE_H
#define RUNE_DYNAMIC_UPDATE_SLICE_H

#include <stdint.h>

#include "language.h"

/* Sizes of the whole and of the part, and how many bytes lie from one index of the whole to the next; of the last
 * dimension, those of an element. The whole has `bytes`, a row of the part `run`. */
struct rune_update {
    int32_t whole[6], sizes[6], steps[6], bytes, run;
};

#define RUNE_UPDATE(name, kind)                                                                                   \
    RUNE_KERNEL void name(const uint8_t *input, const uint8_t *part, const kind *starts, uint8_t *output,         \
                          const struct rune_update *shape, int32_t rank)                                          \
    {                                                                                                             \
        const int32_t *const sizes = shape->sizes + (6 - rank), *const steps = shape->steps + (6 - rank);         \
        int32_t at[6], start = 0;                                                                                 \
        for (int32_t i = 0; i < shape->bytes; i++)                                                                \
            output[i] = input[i];                                                                                 \
        for (int32_t axis = 0; axis < rank; axis++) {                                                             \
            const int32_t room = shape->whole[6 - rank + axis] - sizes[axis];                                     \
            start += steps[axis] * (starts[axis] < 0 ? 0 : starts[axis] > room ? room : (int32_t)starts[axis]);   \
        }                                                                                                         \
        output += start;                                                                                          \
        for (at[0] = 0; at[0] < shape->sizes[0]; at[0]++)                                                         \
            for (at[1] = 0; at[1] < shape->sizes[1]; at[1]++)                                                     \
                for (at[2] = 0; at[2] < shape->sizes[2]; at[2]++)                                                 \
                    for (at[3] = 0; at[3] < shape->sizes[3]; at[3]++)                                             \
                        for (at[4] = 0; at[4] < shape->sizes[4]; at[4]++, part += shape->run) {                   \
                            uint8_t *to = output;                                                                 \
                            for (int32_t axis = 0; axis < 5; axis++)                                              \
                                to += at[axis] * shape->steps[axis];                                              \
                            for (int32_t i = 0; i < shape->run; i++)                                              \
                                to[i] = part[i];                                                                  \
                        }                                                                                         \
    }

RUNE_UPDATE(rune_dynamic_update_slice_int32, int32_t)
RUNE_UPDATE(rune_dynamic_update_slice_int64, int64_t)

#endif
