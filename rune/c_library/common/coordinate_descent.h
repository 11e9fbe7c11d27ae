/* Least squares with both penalties, by coordinate descent over standardised features:
 *
 *   |targets - offset - features * weights|^2 + square * |weights|^2 + 2 * slope * |weights|_1 + 2 * pull * sum(weights)
 *
 * Coordinates go from the first to the last, round after round, until the subgradient at each is as good as zero. */
#ifndef RUNE_COORDINATE_DESCENT_H
#define RUNE_COORDINATE_DESCENT_H

#include "learning.h"

#define RUNE_DESCENT_ROUNDS 10000

struct rune_descent {
    const char *block;
    const double *features;
    const double *targets;
    int32_t rows, columns;
    double square, slope, pull;
};

/* The result and the intermediate values, in the block's scratch. */
struct rune_descent_work {
    double *columns, *means, *spreads, *squares, *weights, *rest;
};

RUNE_FUNCTION struct rune_descent_work rune_descent_place(void *scratch, int32_t rows, int32_t columns) {
    struct rune_descent_work work;
    work.columns = (double *)scratch;
    work.means = work.columns + (int64_t)rows * columns;
    work.spreads = work.means + columns;
    work.squares = work.spreads + columns;
    work.weights = work.squares + columns;
    work.rest = work.weights + columns;
    return work;
}

/* Puts the features in columns, standardised. Gives whether that can be done. */
RUNE_FUNCTION int32_t rune_descent_scale(const struct rune_descent *of, const struct rune_descent_work *work) {
    for (int32_t j = 0; j < of->columns; ++j) {
        const double *from = of->features + j;
        double *column = work->columns + (int64_t)j * of->rows;
        if (rune_learning_is_constant(from, of->rows, of->columns)) {
            rune_learning_fails(of->block, ": feature ", j, " is constant: leave it out");
            return 0;
        }
        double mean = rune_learning_mean(from, of->rows, of->columns);
        double spread = rune_learning_spread(from, mean, of->rows, of->columns);
        if (!(spread > 0.0 && spread < RUNE_INFINITY)) {
            rune_learning_fails(of->block, ": feature ", j, " is too large or too small to be squared: scale it");
            return 0;
        }
        for (int32_t i = 0; i < of->rows; ++i) column[i] = (from[(int64_t)i * of->columns] - mean) / spread;
        work->means[j] = mean;
        work->spreads[j] = spread;
        work->squares[j] = rune_learning_dot(column, column, of->rows);
        work->weights[j] = 0.0;
    }
    return 1;
}

/* Computes the residuals: the targets minus the predictions. */
RUNE_FUNCTION void rune_descent_rest(const struct rune_descent *of, const struct rune_descent_work *work, double mean) {
    for (int32_t i = 0; i < of->rows; ++i) {
        double rest = of->targets[i] - mean;
        for (int32_t j = 0; j < of->columns; ++j)
            rest -= RUNE_PRODUCT(work->columns[(int64_t)j * of->rows + i], work->weights[j]);
        work->rest[i] = rest;
    }
}

RUNE_FUNCTION void rune_descent_round(const struct rune_descent *of, const struct rune_descent_work *work) {
    for (int32_t j = 0; j < of->columns; ++j) {
        const double *column = work->columns + (int64_t)j * of->rows;
        double before = work->weights[j];
        double along = rune_learning_dot(column, work->rest, of->rows) + RUNE_PRODUCT(work->squares[j], before);
        along -= of->pull;
        double beyond = along > of->slope ? along - of->slope : along < -of->slope ? along + of->slope : 0.0;
        double weight = beyond / (work->squares[j] + of->square), change = weight - before;
        work->weights[j] = weight;
        if (change == 0.0) continue;
        for (int32_t i = 0; i < of->rows; ++i) work->rest[i] -= RUNE_PRODUCT(column[i], change);
    }
}

/* The largest distance of a coordinate of the subgradient from zero. */
RUNE_FUNCTION double rune_descent_off(const struct rune_descent *of, const struct rune_descent_work *work) {
    double most = 0.0;
    for (int32_t j = 0; j < of->columns; ++j) {
        double weight = work->weights[j];
        double along = rune_learning_dot(work->columns + (int64_t)j * of->rows, work->rest, of->rows);
        along -= RUNE_PRODUCT(of->square, weight);
        along -= of->pull;
        double off = weight > 0.0 ? along - of->slope : weight < 0.0 ? along + of->slope : along;
        if (off < 0.0) off = -off;
        if (weight == 0.0) off = off > of->slope ? off - of->slope : 0.0;
        /* Written so that a NaN is the farthest. */
        if (!(off <= most)) most = off;
    }
    return most;
}

/* Computes the weights; the offset is the mean of the targets. Returns whether the descent converged. */
RUNE_FUNCTION int32_t rune_descent_solve(const struct rune_descent *of, const struct rune_descent_work *work,
                                         double *offset) {
    if (!rune_descent_scale(of, work)) return 0;
    double mean = rune_learning_mean(of->targets, of->rows, 1);
    double pull = of->pull < 0.0 ? -of->pull : of->pull;
    rune_descent_rest(of, work, mean);
    double steepest = rune_sqrt(RUNE_PRODUCT(rune_learning_dot(work->rest, work->rest, of->rows), (double)of->rows));
    double close = RUNE_PRODUCT(steepest + pull, 0x1p-33);
    *offset = mean;
    for (int32_t round = 0; round < RUNE_DESCENT_ROUNDS; ++round) {
        double off = rune_descent_off(of, work);
        if (!(off < RUNE_INFINITY && close < RUNE_INFINITY)) break;
        if (off <= close) return 1;
        rune_descent_round(of, work);
        rune_descent_rest(of, work, mean);
    }
    rune_learning_fails(of->block, ": no weights were found in ", RUNE_DESCENT_ROUNDS,
                        " rounds: leave out features that follow from others, and scale numbers that are very large");
    return 0;
}

RUNE_FUNCTION void rune_descent_predict(const struct rune_descent *of, const struct rune_descent_work *work,
                                        double offset, const double *asked, double *out, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
        double sum = offset;
        for (int32_t j = 0; j < of->columns; ++j) {
            double scaled = (asked[(int64_t)i * of->columns + j] - work->means[j]) / work->spreads[j];
            sum += RUNE_PRODUCT(scaled, work->weights[j]);
        }
        out[i] = rune_one_nan(sum);
    }
}

#endif
