/* The block linear_regression: least squares with an offset, by Householder reflections of [features, 1]. Sums go from
 * the first row to the last, in f64. */
#ifndef RUNE_BLOCK_LINEAR_REGRESSION_H
#define RUNE_BLOCK_LINEAR_REGRESSION_H

#include "rune.h"
#include "rune_math.h"

RUNE_FUNCTION RUNE_NORETURN void rune_linear_regression_fails(int32_t column, int32_t features) {
    struct rune_message message = {.size = 0};
    if (column < features) {
        rune_message_text(&message, "linear_regression: feature ");
        rune_message_number(&message, column);
        rune_message_text(&message, " follows from those before it, or is not a number");
    } else {
        rune_message_text(&message, "linear_regression: the features add up to a constant, or are not numbers");
    }
    rune_fail(&message);
}

/* The sum of the products of two columns; a step is how far apart two rows are. */
RUNE_FUNCTION double rune_linear_regression_dot(const double *one, const double *other, int32_t step,
                                                int32_t other_step, int32_t count) {
    double sum = 0.0;
    for (int32_t i = 0; i < count; ++i)
        sum += RUNE_PRODUCT(one[(int64_t)i * step], other[(int64_t)i * other_step]);
    return sum;
}

RUNE_FUNCTION void rune_linear_regression_add(double *to, int32_t to_step, const double *from, int32_t step,
                                              double times, int32_t count) {
    for (int32_t i = 0; i < count; ++i) to[(int64_t)i * to_step] += RUNE_PRODUCT(times, from[(int64_t)i * step]);
}

RUNE_FUNCTION void rune_linear_regression(const double *features, const double *targets, const double *asked,
                                          double *out, void *scratch, int32_t rows, int32_t columns, int32_t count) {
    int32_t n = columns + 1;
    double *matrix = (double *)scratch, *right = matrix + (int64_t)rows * n, *found = right + rows;
    for (int32_t i = 0; i < rows; ++i) {
        for (int32_t j = 0; j < columns; ++j) matrix[(int64_t)i * n + j] = features[(int64_t)i * columns + j];
        matrix[(int64_t)i * n + columns] = 1.0;
        right[i] = targets[i];
    }
    for (int32_t k = 0; k < n; ++k) {
        double *column = matrix + (int64_t)k * n + k;
        int32_t below = rows - k;
        double square = rune_linear_regression_dot(column, column, n, n, below);
        double whole = rune_linear_regression_dot(matrix + k, matrix + k, n, n, rows);
        /* A column that is a combination of others leaves only rounding errors. The condition is written so that a
         * NaN fails it too. */
        if (!(square > RUNE_PRODUCT(whole, 0x1p-80) && square < RUNE_INFINITY)) {
            rune_linear_regression_fails(k, columns);
            return;
        }
        double length = rune_sqrt(square), top = column[0], turned = top > 0.0 ? -length : length;
        column[0] = top - turned;
        double half = RUNE_PRODUCT(turned, column[0]);
        for (int32_t j = k + 1; j < n; ++j) {
            double times = rune_linear_regression_dot(column, column + (j - k), n, n, below) / half;
            rune_linear_regression_add(column + (j - k), n, column, n, times, below);
        }
        double times = rune_linear_regression_dot(column, right + k, n, 1, below) / half;
        rune_linear_regression_add(right + k, 1, column, n, times, below);
        found[k] = turned;
    }
    for (int32_t k = n - 1; k >= 0; --k) {
        double sum = right[k];
        for (int32_t j = k + 1; j < n; ++j) sum -= RUNE_PRODUCT(matrix[(int64_t)k * n + j], found[j]);
        found[k] = sum / found[k];
    }
    for (int32_t i = 0; i < count; ++i) {
        double sum = found[columns];
        for (int32_t j = 0; j < columns; ++j) sum += RUNE_PRODUCT(asked[(int64_t)i * columns + j], found[j]);
        out[i] = rune_one_nan(sum);
    }
}

#endif
