/* The block f1_score: of class 1 where the predictions have exactly two classes, compared bit by bit; otherwise
 * all predictions count as of one class, and all three are the share that is right. */
#ifndef RUNE_BLOCK_F1_SCORE_H
#define RUNE_BLOCK_F1_SCORE_H

#include "rune.h"
#include "rune_math.h"

RUNE_FUNCTION uint64_t rune_f1_score_bits(double number) {
    union {
        double number;
        uint64_t bits;
    } both = {.number = number};
    return both.bits;
}

RUNE_FUNCTION int rune_f1_score_has_two_classes(const double *predicted, int32_t count) {
    uint64_t first = rune_f1_score_bits(predicted[0]), second = first;
    for (int32_t i = 1; i < count; ++i) {
        uint64_t bits = rune_f1_score_bits(predicted[i]);
        if (bits == first || bits == second) continue;
        if (second != first) return 0;
        second = bits;
    }
    return second != first;
}

RUNE_FUNCTION void rune_f1_score(const double *truth, const double *predicted, double *f1, double *precision,
                                 double *recall, int32_t count) {
    int is_of_two = rune_f1_score_has_two_classes(predicted, count);
    int32_t right = 0, unexpected = 0, missed = 0;
    for (int32_t i = 0; i < count; ++i) {
        int is_one = predicted[i] == 1.0;
        if (predicted[i] == truth[i]) {
            right += !is_of_two || is_one;
        } else {
            unexpected += !is_of_two || is_one;
            missed += !is_of_two || !is_one;
        }
    }
    double p = rune_one_nan((double)right / (double)(right + unexpected));
    double r = rune_one_nan((double)right / (double)(right + missed));
    precision[0] = p;
    recall[0] = r;
    f1[0] = rune_one_nan(2.0 * RUNE_PRODUCT(p, r) / (p + r));
}

#endif
