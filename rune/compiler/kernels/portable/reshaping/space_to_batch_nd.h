/* SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: pixels of `size` bytes, dealt out to smaller images, and back. */
#ifndef RUNE_SPACE_TO_BATCH_ND_H
#define RUNE_SPACE_TO_BATCH_ND_H

#include <stdint.h>

#include "language.h"

/* Images of height x width pixels, and those of rows x columns to which they are dealt out. */
struct rune_blocks {
    int32_t batches, height, width, rows, columns, block_height, block_width, top, left;
};

RUNE_KERNEL void rune_space_to_batch(const uint8_t *input, uint8_t *output, const struct rune_blocks *to, int32_t size,
                                     int32_t padding)
{
    for (int32_t down = 0; down < to->block_height; down++)
        for (int32_t across = 0; across < to->block_width; across++)
            for (int32_t batch = 0; batch < to->batches; batch++)
                for (int32_t row = 0; row < to->rows; row++) {
                    const int32_t y = row * to->block_height + down - to->top;
                    for (int32_t column = 0; column < to->columns; column++, output += size) {
                        const int32_t x = column * to->block_width + across - to->left;
                        const uint8_t *from = input;
                        if (y < 0 || y >= to->height || x < 0 || x >= to->width) {
                            for (int32_t i = 0; i < size; i++)
                                output[i] = (uint8_t)padding;
                            continue;
                        }
                        from += ((batch * to->height + y) * to->width + x) * size;
                        for (int32_t i = 0; i < size; i++)
                            output[i] = from[i];
                    }
                }
}

RUNE_KERNEL void rune_batch_to_space(const uint8_t *input, uint8_t *output, const struct rune_blocks *of, int32_t size)
{
    for (int32_t batch = 0; batch < of->batches; batch++)
        for (int32_t y = of->top; y < of->top + of->height; y++)
            for (int32_t x = of->left; x < of->left + of->width; x++, output += size) {
                const int32_t number = y % of->block_height * of->block_width + x % of->block_width;
                const int32_t row = (number * of->batches + batch) * of->rows + y / of->block_height;
                const uint8_t *from = input + (row * of->columns + x / of->block_width) * size;
                for (int32_t i = 0; i < size; i++)
                    output[i] = from[i];
            }
}

#endif
