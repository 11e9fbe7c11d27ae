/* The block pad: each element at its place in a tensor of full size, a value in all other places. */
#ifndef RUNE_BLOCK_PAD_H
#define RUNE_BLOCK_PAD_H

#include "rune.h"

/* `open` tells the axes whose sizes the run decides, `capacity` has all axes' largest; `size` is an element's. */
RUNE_FUNCTION void rune_block_pad(const void *in, const int32_t *in_sizes, void *out, uint32_t *out_sizes,
                            const void *capacity, const void *open, const void *filling, int32_t axes, int32_t size) {
    const int32_t *largest = (const int32_t *)capacity;
    const uint8_t *is_open = (const uint8_t *)open, *from = (const uint8_t *)in, *value = (const uint8_t *)filling;
    uint8_t *to = (uint8_t *)out;
    int64_t elements = 1;
    int32_t decided = 0;
    for (int32_t axis = 0; axis < axes; ++axis) {
        elements *= largest[axis];
        if (is_open[axis]) {
            out_sizes[decided] = (uint32_t)in_sizes[decided];
            ++decided;
        }
    }
    for (int64_t element = 0; element < elements; ++element) {
        /* The input is contiguous, so its elements are read in order. */
        int64_t rest = element;
        int32_t next = decided;
        int is_there = 1;
        for (int32_t axis = axes - 1; axis >= 0; --axis) {
            int32_t index = (int32_t)(rest % largest[axis]);
            rest /= largest[axis];
            if (is_open[axis] && index >= in_sizes[--next]) is_there = 0;
        }
        for (int32_t i = 0; i < size; ++i) *to++ = is_there ? *from++ : value[i];
    }
}

#endif
