/* The block split: of each row the first bytes to the first tensor, the next ones to the second, and so on. */
#ifndef RUNE_BLOCK_SPLIT_H
#define RUNE_BLOCK_SPLIT_H

#include "rune.h"

RUNE_FUNCTION void rune_split_part(const void *in, void *out, int32_t rows, int32_t size, int32_t start,
                                   int32_t whole) {
    const uint8_t *from = (const uint8_t *)in + start;
    uint8_t *to = (uint8_t *)out;
    for (int32_t row = 0; row < rows; ++row, from += whole, to += size)
        for (int32_t i = 0; i < size; ++i) to[i] = from[i];
}

#define RUNE_PART(number) rune_split_part(in, out##number, rows, size, number * size, whole)

RUNE_FUNCTION void rune_split_2(const void *in, void *out0, void *out1, int32_t rows,
                                int32_t size) {
    const int32_t whole = 2 * size;
    RUNE_PART(0);
    RUNE_PART(1);
}

RUNE_FUNCTION void rune_split_3(const void *in, void *out0, void *out1, void *out2, int32_t rows,
                                int32_t size) {
    const int32_t whole = 3 * size;
    RUNE_PART(0);
    RUNE_PART(1);
    RUNE_PART(2);
}

RUNE_FUNCTION void rune_split_4(const void *in, void *out0, void *out1, void *out2, void *out3,
                                int32_t rows, int32_t size) {
    const int32_t whole = 4 * size;
    RUNE_PART(0);
    RUNE_PART(1);
    RUNE_PART(2);
    RUNE_PART(3);
}

RUNE_FUNCTION void rune_split_5(const void *in, void *out0, void *out1, void *out2, void *out3,
                                void *out4, int32_t rows, int32_t size) {
    const int32_t whole = 5 * size;
    RUNE_PART(0);
    RUNE_PART(1);
    RUNE_PART(2);
    RUNE_PART(3);
    RUNE_PART(4);
}

RUNE_FUNCTION void rune_split_6(const void *in, void *out0, void *out1, void *out2, void *out3,
                                void *out4, void *out5, int32_t rows, int32_t size) {
    const int32_t whole = 6 * size;
    RUNE_PART(0);
    RUNE_PART(1);
    RUNE_PART(2);
    RUNE_PART(3);
    RUNE_PART(4);
    RUNE_PART(5);
}

RUNE_FUNCTION void rune_split_7(const void *in, void *out0, void *out1, void *out2, void *out3,
                                void *out4, void *out5, void *out6, int32_t rows, int32_t size) {
    const int32_t whole = 7 * size;
    RUNE_PART(0);
    RUNE_PART(1);
    RUNE_PART(2);
    RUNE_PART(3);
    RUNE_PART(4);
    RUNE_PART(5);
    RUNE_PART(6);
}

RUNE_FUNCTION void rune_split_8(const void *in, void *out0, void *out1, void *out2, void *out3,
                                void *out4, void *out5, void *out6, void *out7, int32_t rows,
                                int32_t size) {
    const int32_t whole = 8 * size;
    RUNE_PART(0);
    RUNE_PART(1);
    RUNE_PART(2);
    RUNE_PART(3);
    RUNE_PART(4);
    RUNE_PART(5);
    RUNE_PART(6);
    RUNE_PART(7);
}

#undef RUNE_PART

#endif
