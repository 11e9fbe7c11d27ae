/* The block train_test_split: the first rows are for testing, the others for training. */
#ifndef RUNE_BLOCK_TRAIN_TEST_SPLIT_H
#define RUNE_BLOCK_TRAIN_TEST_SPLIT_H

#include "rune.h"

RUNE_FUNCTION void rune_train_test_split(const double *features, const double *targets, double *train,
                                         double *train_targets, double *test, double *test_targets, int32_t rows,
                                         int32_t columns, int32_t tests) {
    for (int32_t i = 0; i < rows; ++i) {
        int32_t row = i < tests ? i : i - tests;
        double *to = (i < tests ? test : train) + (int64_t)row * columns;
        for (int32_t j = 0; j < columns; ++j) to[j] = features[(int64_t)i * columns + j];
        (i < tests ? test_targets : train_targets)[row] = targets[i];
    }
}

#endif
