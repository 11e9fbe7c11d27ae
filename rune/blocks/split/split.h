/* The block split: of each row the first bytes to the first tensor, the next ones to the second, and so on. */
#ifndef RUNE_BLOCK_SPLIT_H
#define RUNE_BLOCK_SPLIT_H

#include "rune.h"

RUNE_FUNCTION void rune_split_part(const void *in, void *out, int32_t rows, int32_t size, int32_t start, int32_t whole) {
    const uint8_t *from = (const uint8_t *)in + start;
    uint8_t *to = (uint8_t *)out;
    for (int32_t row = 0; row < rows; ++row, from += whole, to += size)
        for (int32_t i = 0; i < size; ++i) to[i] = from[i];
}

RUNE_FUNCTION void rune_split_2(const void *in, void *out0, void *out1, int32_t rows,
                                 int32_t size) {
    rune_split_part(in, out0, rows, size, 0 * size, 2 * size);
    rune_split_part(in, out1, rows, size, 1 * size, 2 * size);
}

RUNE_FUNCTION void rune_split_3(const void *in, void *out0, void *out1, void *out2, int32_t rows,
                                 int32_t size) {
    rune_split_part(in, out0, rows, size, 0 * size, 3 * size);
    rune_split_part(in, out1, rows, size, 1 * size, 3 * size);
    rune_split_part(in, out2, rows, size, 2 * size, 3 * size);
}

RUNE_FUNCTION void rune_split_4(const void *in, void *out0, void *out1, void *out2, void *out3, int32_t rows,
                                 int32_t size) {
    rune_split_part(in, out0, rows, size, 0 * size, 4 * size);
    rune_split_part(in, out1, rows, size, 1 * size, 4 * size);
    rune_split_part(in, out2, rows, size, 2 * size, 4 * size);
    rune_split_part(in, out3, rows, size, 3 * size, 4 * size);
}

RUNE_FUNCTION void rune_split_5(const void *in, void *out0, void *out1, void *out2, void *out3, void *out4, int32_t rows,
                                 int32_t size) {
    rune_split_part(in, out0, rows, size, 0 * size, 5 * size);
    rune_split_part(in, out1, rows, size, 1 * size, 5 * size);
    rune_split_part(in, out2, rows, size, 2 * size, 5 * size);
    rune_split_part(in, out3, rows, size, 3 * size, 5 * size);
    rune_split_part(in, out4, rows, size, 4 * size, 5 * size);
}

RUNE_FUNCTION void rune_split_6(const void *in, void *out0, void *out1, void *out2, void *out3, void *out4, void *out5, int32_t rows,
                                 int32_t size) {
    rune_split_part(in, out0, rows, size, 0 * size, 6 * size);
    rune_split_part(in, out1, rows, size, 1 * size, 6 * size);
    rune_split_part(in, out2, rows, size, 2 * size, 6 * size);
    rune_split_part(in, out3, rows, size, 3 * size, 6 * size);
    rune_split_part(in, out4, rows, size, 4 * size, 6 * size);
    rune_split_part(in, out5, rows, size, 5 * size, 6 * size);
}

RUNE_FUNCTION void rune_split_7(const void *in, void *out0, void *out1, void *out2, void *out3, void *out4, void *out5, void *out6, int32_t rows,
                                 int32_t size) {
    rune_split_part(in, out0, rows, size, 0 * size, 7 * size);
    rune_split_part(in, out1, rows, size, 1 * size, 7 * size);
    rune_split_part(in, out2, rows, size, 2 * size, 7 * size);
    rune_split_part(in, out3, rows, size, 3 * size, 7 * size);
    rune_split_part(in, out4, rows, size, 4 * size, 7 * size);
    rune_split_part(in, out5, rows, size, 5 * size, 7 * size);
    rune_split_part(in, out6, rows, size, 6 * size, 7 * size);
}

RUNE_FUNCTION void rune_split_8(const void *in, void *out0, void *out1, void *out2, void *out3, void *out4, void *out5, void *out6, void *out7, int32_t rows,
                                 int32_t size) {
    rune_split_part(in, out0, rows, size, 0 * size, 8 * size);
    rune_split_part(in, out1, rows, size, 1 * size, 8 * size);
    rune_split_part(in, out2, rows, size, 2 * size, 8 * size);
    rune_split_part(in, out3, rows, size, 3 * size, 8 * size);
    rune_split_part(in, out4, rows, size, 4 * size, 8 * size);
    rune_split_part(in, out5, rows, size, 5 * size, 8 * size);
    rune_split_part(in, out6, rows, size, 6 * size, 8 * size);
    rune_split_part(in, out7, rows, size, 7 * size, 8 * size);
}

#endif
