/* The block concatenate: of each row the bytes of the first tensor, then those of the second, and so on. */
#ifndef RUNE_BLOCK_CONCATENATE_H
#define RUNE_BLOCK_CONCATENATE_H

#include "rune.h"

RUNE_FUNCTION void rune_concatenate_part(const void *in, void *out, int32_t rows, int32_t size, int32_t start,
                                         int32_t whole) {
    const uint8_t *from = (const uint8_t *)in;
    uint8_t *to = (uint8_t *)out + start;
    for (int32_t row = 0; row < rows; ++row, from += size, to += whole)
        for (int32_t i = 0; i < size; ++i) to[i] = from[i];
}

RUNE_FUNCTION void rune_concatenate_2(const void *in0, const void *in1, void *out, int32_t rows,
                                       int32_t size0, int32_t size1) {
    const int32_t whole = size0 + size1;
    int32_t start = 0;
    rune_concatenate_part(in0, out, rows, size0, start, whole);
    start += size0;
    rune_concatenate_part(in1, out, rows, size1, start, whole);
}

RUNE_FUNCTION void rune_concatenate_3(const void *in0, const void *in1, const void *in2, void *out, int32_t rows,
                                       int32_t size0, int32_t size1, int32_t size2) {
    const int32_t whole = size0 + size1 + size2;
    int32_t start = 0;
    rune_concatenate_part(in0, out, rows, size0, start, whole);
    start += size0;
    rune_concatenate_part(in1, out, rows, size1, start, whole);
    start += size1;
    rune_concatenate_part(in2, out, rows, size2, start, whole);
}

RUNE_FUNCTION void rune_concatenate_4(const void *in0, const void *in1, const void *in2, const void *in3, void *out, int32_t rows,
                                       int32_t size0, int32_t size1, int32_t size2, int32_t size3) {
    const int32_t whole = size0 + size1 + size2 + size3;
    int32_t start = 0;
    rune_concatenate_part(in0, out, rows, size0, start, whole);
    start += size0;
    rune_concatenate_part(in1, out, rows, size1, start, whole);
    start += size1;
    rune_concatenate_part(in2, out, rows, size2, start, whole);
    start += size2;
    rune_concatenate_part(in3, out, rows, size3, start, whole);
}

RUNE_FUNCTION void rune_concatenate_5(const void *in0, const void *in1, const void *in2, const void *in3, const void *in4, void *out, int32_t rows,
                                       int32_t size0, int32_t size1, int32_t size2, int32_t size3, int32_t size4) {
    const int32_t whole = size0 + size1 + size2 + size3 + size4;
    int32_t start = 0;
    rune_concatenate_part(in0, out, rows, size0, start, whole);
    start += size0;
    rune_concatenate_part(in1, out, rows, size1, start, whole);
    start += size1;
    rune_concatenate_part(in2, out, rows, size2, start, whole);
    start += size2;
    rune_concatenate_part(in3, out, rows, size3, start, whole);
    start += size3;
    rune_concatenate_part(in4, out, rows, size4, start, whole);
}

RUNE_FUNCTION void rune_concatenate_6(const void *in0, const void *in1, const void *in2, const void *in3, const void *in4, const void *in5, void *out, int32_t rows,
                                       int32_t size0, int32_t size1, int32_t size2, int32_t size3, int32_t size4, int32_t size5) {
    const int32_t whole = size0 + size1 + size2 + size3 + size4 + size5;
    int32_t start = 0;
    rune_concatenate_part(in0, out, rows, size0, start, whole);
    start += size0;
    rune_concatenate_part(in1, out, rows, size1, start, whole);
    start += size1;
    rune_concatenate_part(in2, out, rows, size2, start, whole);
    start += size2;
    rune_concatenate_part(in3, out, rows, size3, start, whole);
    start += size3;
    rune_concatenate_part(in4, out, rows, size4, start, whole);
    start += size4;
    rune_concatenate_part(in5, out, rows, size5, start, whole);
}

RUNE_FUNCTION void rune_concatenate_7(const void *in0, const void *in1, const void *in2, const void *in3, const void *in4, const void *in5, const void *in6, void *out, int32_t rows,
                                       int32_t size0, int32_t size1, int32_t size2, int32_t size3, int32_t size4, int32_t size5, int32_t size6) {
    const int32_t whole = size0 + size1 + size2 + size3 + size4 + size5 + size6;
    int32_t start = 0;
    rune_concatenate_part(in0, out, rows, size0, start, whole);
    start += size0;
    rune_concatenate_part(in1, out, rows, size1, start, whole);
    start += size1;
    rune_concatenate_part(in2, out, rows, size2, start, whole);
    start += size2;
    rune_concatenate_part(in3, out, rows, size3, start, whole);
    start += size3;
    rune_concatenate_part(in4, out, rows, size4, start, whole);
    start += size4;
    rune_concatenate_part(in5, out, rows, size5, start, whole);
    start += size5;
    rune_concatenate_part(in6, out, rows, size6, start, whole);
}

RUNE_FUNCTION void rune_concatenate_8(const void *in0, const void *in1, const void *in2, const void *in3, const void *in4, const void *in5, const void *in6, const void *in7, void *out, int32_t rows,
                                       int32_t size0, int32_t size1, int32_t size2, int32_t size3, int32_t size4, int32_t size5, int32_t size6, int32_t size7) {
    const int32_t whole = size0 + size1 + size2 + size3 + size4 + size5 + size6 + size7;
    int32_t start = 0;
    rune_concatenate_part(in0, out, rows, size0, start, whole);
    start += size0;
    rune_concatenate_part(in1, out, rows, size1, start, whole);
    start += size1;
    rune_concatenate_part(in2, out, rows, size2, start, whole);
    start += size2;
    rune_concatenate_part(in3, out, rows, size3, start, whole);
    start += size3;
    rune_concatenate_part(in4, out, rows, size4, start, whole);
    start += size4;
    rune_concatenate_part(in5, out, rows, size5, start, whole);
    start += size5;
    rune_concatenate_part(in6, out, rows, size6, start, whole);
    start += size6;
    rune_concatenate_part(in7, out, rows, size7, start, whole);
}

#endif
