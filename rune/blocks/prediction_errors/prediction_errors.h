/* The block prediction_errors: means over all elements, summed from the first to the last. */
#ifndef RUNE_BLOCK_PREDICTION_ERRORS_H
#define RUNE_BLOCK_PREDICTION_ERRORS_H

#include "rune.h"
#include "rune_math.h"

RUNE_FUNCTION void rune_prediction_errors(const double *truth, const double *predicted, double *absolute,
                                          double *square, int32_t count) {
    double sum = 0.0, squares = 0.0;
    for (int32_t i = 0; i < count; ++i) {
        double apart = truth[i] - predicted[i];
        sum += apart < 0.0 ? -apart : apart;
        squares += RUNE_PRODUCT(apart, apart);
    }
    absolute[0] = rune_one_nan(sum / (double)count);
    square[0] = rune_one_nan(squares / (double)count);
}

#endif
