/* The block concatenate: of each row the bytes of the first tensor, then those of the second, and so on. */
#ifndef RUNE_BLOCK_CONCATENATE_H
#define RUNE_BLOCK_CONCATENATE_H

#include "rune.h"

/* The position of the next tensor in the output: in each of the `rows` of `whole` bytes, after the tensors before
 * it. */
struct rune_concatenated {
    uint8_t *next;
    int32_t rows, whole;
};

RUNE_FUNCTION void rune_concatenate_next(struct rune_concatenated *to, const void *in, int32_t size) {
    const uint8_t *from = (const uint8_t *)in;
    uint8_t *row = to->next;
    for (int32_t left = to->rows; left > 0; --left, from += size, row += to->whole)
        for (int32_t i = 0; i < size; ++i) row[i] = from[i];
    to->next += size;
}

#define RUNE_NEXT(number) rune_concatenate_next(&to, in##number, size##number)

RUNE_FUNCTION void rune_concatenate_2(const void *in0, const void *in1, void *out, int32_t rows,
                                      int32_t size0, int32_t size1) {
    struct rune_concatenated to = {(uint8_t *)out, rows, size0 + size1};
    RUNE_NEXT(0);
    RUNE_NEXT(1);
}

RUNE_FUNCTION void rune_concatenate_3(const void *in0, const void *in1, const void *in2, void *out,
                                      int32_t rows, int32_t size0, int32_t size1, int32_t size2) {
    struct rune_concatenated to = {(uint8_t *)out, rows, size0 + size1 + size2};
    RUNE_NEXT(0);
    RUNE_NEXT(1);
    RUNE_NEXT(2);
}

RUNE_FUNCTION void rune_concatenate_4(const void *in0, const void *in1, const void *in2,
                                      const void *in3, void *out, int32_t rows, int32_t size0,
                                      int32_t size1, int32_t size2, int32_t size3) {
    struct rune_concatenated to = {(uint8_t *)out, rows, size0 + size1 + size2 + size3};
    RUNE_NEXT(0);
    RUNE_NEXT(1);
    RUNE_NEXT(2);
    RUNE_NEXT(3);
}

RUNE_FUNCTION void rune_concatenate_5(const void *in0, const void *in1, const void *in2,
                                      const void *in3, const void *in4, void *out, int32_t rows,
                                      int32_t size0, int32_t size1, int32_t size2, int32_t size3,
                                      int32_t size4) {
    struct rune_concatenated to = {(uint8_t *)out, rows, size0 + size1 + size2 + size3 + size4};
    RUNE_NEXT(0);
    RUNE_NEXT(1);
    RUNE_NEXT(2);
    RUNE_NEXT(3);
    RUNE_NEXT(4);
}

RUNE_FUNCTION void rune_concatenate_6(const void *in0, const void *in1, const void *in2,
                                      const void *in3, const void *in4, const void *in5, void *out,
                                      int32_t rows, int32_t size0, int32_t size1, int32_t size2,
                                      int32_t size3, int32_t size4, int32_t size5) {
    struct rune_concatenated to = {(uint8_t *)out, rows, size0 + size1 + size2 + size3 + size4 + size5};
    RUNE_NEXT(0);
    RUNE_NEXT(1);
    RUNE_NEXT(2);
    RUNE_NEXT(3);
    RUNE_NEXT(4);
    RUNE_NEXT(5);
}

RUNE_FUNCTION void rune_concatenate_7(const void *in0, const void *in1, const void *in2,
                                      const void *in3, const void *in4, const void *in5,
                                      const void *in6, void *out, int32_t rows, int32_t size0,
                                      int32_t size1, int32_t size2, int32_t size3, int32_t size4,
                                      int32_t size5, int32_t size6) {
    struct rune_concatenated to = {(uint8_t *)out, rows, size0 + size1 + size2 + size3 + size4 + size5 + size6};
    RUNE_NEXT(0);
    RUNE_NEXT(1);
    RUNE_NEXT(2);
    RUNE_NEXT(3);
    RUNE_NEXT(4);
    RUNE_NEXT(5);
    RUNE_NEXT(6);
}

RUNE_FUNCTION void rune_concatenate_8(const void *in0, const void *in1, const void *in2,
                                      const void *in3, const void *in4, const void *in5,
                                      const void *in6, const void *in7, void *out, int32_t rows,
                                      int32_t size0, int32_t size1, int32_t size2, int32_t size3,
                                      int32_t size4, int32_t size5, int32_t size6, int32_t size7) {
    struct rune_concatenated to = {(uint8_t *)out, rows, size0 + size1 + size2 + size3 + size4 + size5 + size6 + size7};
    RUNE_NEXT(0);
    RUNE_NEXT(1);
    RUNE_NEXT(2);
    RUNE_NEXT(3);
    RUNE_NEXT(4);
    RUNE_NEXT(5);
    RUNE_NEXT(6);
    RUNE_NEXT(7);
}

#undef RUNE_NEXT

#endif
