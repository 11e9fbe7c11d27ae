/* The block support_vector_regression: the flattest line that is at most `eps` away from targets. The arithmetic is in
 * support_vectors.h. */
#ifndef RUNE_BLOCK_SUPPORT_VECTOR_REGRESSION_H
#define RUNE_BLOCK_SUPPORT_VECTOR_REGRESSION_H

#include "support_vectors.h"

RUNE_FUNCTION void rune_support_vector_regression(const double *features, const double *targets, const double *asked,
                                                  double *out, void *scratch, int32_t rows, int32_t columns,
                                                  int32_t count, double eps, double c, double tolerance) {
    struct rune_support of = {.block = "support_vector_regression", .rows = rows, .features = columns,
                              .constraints = 2 * rows, .c = c, .tolerance = tolerance};
    if (!rune_learning_takes(of.block, features, targets, asked, rows, columns, count)) return;
    rune_support_place(&of, scratch);
    double mean = rune_learning_mean(targets, rows, 1);
    for (int32_t j = 0; j < rows; ++j) {
        double target = targets[j] - mean;
        of.sign[j] = 1.0;
        of.bound[j] = target - eps;
        of.sign[rows + j] = -1.0;
        of.bound[rows + j] = -target - eps;
    }
    if (!rune_support_solve(&of, features)) return;
    for (int32_t i = 0; i < count; ++i)
        out[i] = rune_one_nan(rune_support_value(&of, asked + (int64_t)i * columns) + mean);
}

#endif
