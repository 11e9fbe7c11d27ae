/* The block penalized_regression: least squares with both penalties. The arithmetic is in coordinate_descent.h. */
#ifndef RUNE_BLOCK_PENALIZED_REGRESSION_H
#define RUNE_BLOCK_PENALIZED_REGRESSION_H

#include "coordinate_descent.h"

RUNE_FUNCTION void rune_penalized_regression(const double *features, const double *targets, const double *asked,
                                             double *out, void *scratch, int32_t rows, int32_t columns, int32_t count,
                                             double square, double slope) {
    if (!rune_learning_takes("penalized_regression", features, targets, asked, rows, columns, count)) return;
    struct rune_descent of = {"penalized_regression", features, targets, rows, columns, square, slope, 0.0};
    struct rune_descent_work work = rune_descent_place(scratch, rows, columns);
    double offset;
    if (rune_descent_solve(&of, &work, &offset)) rune_descent_predict(&of, &work, offset, asked, out, count);
}

#endif
