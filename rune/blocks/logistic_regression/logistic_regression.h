/* The block logistic_regression: classes by a linear score of each, of the greatest likelihood; of two classes the first
 * has the score 0. The features are standardised, and a hair of a penalty makes the answer one.
 *
 * By Newton's method, whose systems are solved by conjugate gradients, so that no matrix is needed (S. G. Nash, "A survey
 * of truncated-Newton methods", Journal of Computational and Applied Mathematics 124 (2000), 45-59). Every sum goes from
 * the first to the last. */
#ifndef RUNE_BLOCK_LOGISTIC_REGRESSION_H
#define RUNE_BLOCK_LOGISTIC_REGRESSION_H

#include "learning.h"

#define RUNE_LOGISTIC_ROUNDS 200
#define RUNE_LOGISTIC_HALVINGS 40
#ifndef RUNE_LOGISTIC_PENALTY /* the learner of pages has one of its own */
#define RUNE_LOGISTIC_PENALTY 0x1p-24
#endif
#define RUNE_LOGISTIC_CLOSE 0x1p-40

struct rune_logistic {
    const double *targets;
    /* `unknowns` weights: for each class from `first` on one for each feature, and its offset behind. */
    int32_t rows, features, classes, first, unknowns;
    double *labels, *means, *spreads, *scaled;
    double *weights, *tried, *slope, *step, *left, *direction, *bent;
    double *scores, *bends;
};

/* Kept as in __init__.py. */
RUNE_FUNCTION void rune_logistic_place(struct rune_logistic *of, void *scratch, int32_t most) {
    int32_t unknowns = most * (of->features + 1);
    double *next = (double *)scratch;
    double **of_unknowns[] = {&of->weights, &of->tried, &of->slope, &of->step, &of->left, &of->direction, &of->bent};
    double **of_classes[] = {&of->labels, &of->scores, &of->bends};
    for (int32_t i = 0; i < 7; ++i, next += unknowns) *of_unknowns[i] = next;
    for (int32_t i = 0; i < 3; ++i, next += most) *of_classes[i] = next;
    of->means = next;
    of->spreads = next + of->features;
    of->scaled = next + 2 * of->features;
}

/* A constant feature cannot separate classes: it is set to 0. */
RUNE_FUNCTION double rune_logistic_scaled(const struct rune_logistic *of, double number, int32_t feature) {
    return of->spreads[feature] > 0.0 ? (number - of->means[feature]) / of->spreads[feature] : 0.0;
}

RUNE_FUNCTION int32_t rune_logistic_scale(const struct rune_logistic *of, const double *features) {
    int64_t numbers = (int64_t)of->rows * of->features;
    for (int32_t j = 0; j < of->features; ++j) {
        double mean = rune_learning_mean(features + j, of->rows, of->features), spread = 0.0;
        if (!rune_learning_is_constant(features + j, of->rows, of->features)) {
            spread = rune_learning_spread(features + j, mean, of->rows, of->features);
            if (!(spread > 0.0 && spread < RUNE_INFINITY)) {
                rune_learning_fails("logistic_regression", ": feature ", j,
                                    " is too large or too small to be squared: scale it");
                return 0;
            }
        }
        of->means[j] = mean;
        of->spreads[j] = spread;
    }
    for (int64_t i = 0; i < numbers; ++i)
        of->scaled[i] = rune_logistic_scaled(of, features[i], (int32_t)(i % of->features));
    return 1;
}

/* The score of a row for each class, with these weights. */
RUNE_FUNCTION void rune_logistic_scores(const struct rune_logistic *of, const double *weights, const double *row,
                                        double *scores) {
    scores[0] = 0.0;
    for (int32_t m = of->first; m < of->classes; ++m, weights += of->features + 1)
        scores[m] = rune_learning_dot(weights, row, of->features) + weights[of->features];
}

/* Scores to probabilities. */
RUNE_FUNCTION void rune_logistic_shares(const struct rune_logistic *of, double *scores) {
    double most = scores[0], sum = 0.0;
    for (int32_t m = 1; m < of->classes; ++m)
        if (scores[m] > most) most = scores[m];
    for (int32_t m = 0; m < of->classes; ++m) {
        scores[m] = rune_exp(scores[m] - most);
        sum += scores[m];
    }
    for (int32_t m = 0; m < of->classes; ++m) scores[m] /= sum;
}

/* Adds a row to the sums of each class, multiplied by that class's entry of `times`. */
RUNE_FUNCTION void rune_logistic_add(const struct rune_logistic *of, const double *times, const double *row, double *to) {
    for (int32_t m = of->first; m < of->classes; ++m, to += of->features + 1) {
        for (int32_t j = 0; j < of->features; ++j) to[j] += RUNE_PRODUCT(times[m], row[j]);
        to[of->features] += times[m];
    }
}

/* The slope of what is minimised, at some weights. */
RUNE_FUNCTION void rune_logistic_slope(const struct rune_logistic *of, const double *weights, double *slope) {
    double penalty = RUNE_LOGISTIC_PENALTY * (double)of->rows;
    for (int32_t k = 0; k < of->unknowns; ++k) slope[k] = RUNE_PRODUCT(penalty, weights[k]);
    for (int32_t i = 0; i < of->rows; ++i) {
        const double *row = of->scaled + (int64_t)i * of->features;
        rune_logistic_scores(of, weights, row, of->scores);
        rune_logistic_shares(of, of->scores);
        for (int32_t m = 0; m < of->classes; ++m)
            if (of->targets[i] == of->labels[m]) of->scores[m] -= 1.0;
        rune_logistic_add(of, of->scores, row, slope);
    }
}

/* The product of the Hessian at `weights` with a direction. */
RUNE_FUNCTION void rune_logistic_bend(const struct rune_logistic *of, const double *direction, double *bent) {
    double penalty = RUNE_LOGISTIC_PENALTY * (double)of->rows;
    for (int32_t k = 0; k < of->unknowns; ++k) bent[k] = RUNE_PRODUCT(penalty, direction[k]);
    for (int32_t i = 0; i < of->rows; ++i) {
        const double *row = of->scaled + (int64_t)i * of->features;
        rune_logistic_scores(of, of->weights, row, of->scores);
        rune_logistic_shares(of, of->scores);
        rune_logistic_scores(of, direction, row, of->bends);
        double mean = rune_learning_dot(of->scores, of->bends, of->classes);
        for (int32_t m = 0; m < of->classes; ++m) of->bends[m] = of->scores[m] * (of->bends[m] - mean);
        rune_logistic_add(of, of->bends, row, bent);
    }
}

/* A step down, by conjugate gradients: so many of them that what is left of the slope is a thousandth. */
RUNE_FUNCTION void rune_logistic_step(const struct rune_logistic *of) {
    double square = rune_learning_dot(of->slope, of->slope, of->unknowns), enough = RUNE_PRODUCT(square, 0x1p-20);
    for (int32_t k = 0; k < of->unknowns; ++k) {
        of->step[k] = 0.0;
        of->left[k] = of->direction[k] = -of->slope[k];
    }
    for (int32_t turn = 0; turn < 2 * of->unknowns + 20 && square > enough; ++turn) {
        rune_logistic_bend(of, of->direction, of->bent);
        double far = square / rune_learning_dot(of->direction, of->bent, of->unknowns);
        for (int32_t k = 0; k < of->unknowns; ++k) {
            of->step[k] += RUNE_PRODUCT(far, of->direction[k]);
            of->left[k] -= RUNE_PRODUCT(far, of->bent[k]);
        }
        double before = square;
        square = rune_learning_dot(of->left, of->left, of->unknowns);
        for (int32_t k = 0; k < of->unknowns; ++k)
            of->direction[k] = of->left[k] + RUNE_PRODUCT(square / before, of->direction[k]);
    }
}

/* Goes the step, or as much of it as does not lead far up again; `slope` is then that of the new weights. */
RUNE_FUNCTION void rune_logistic_go(const struct rune_logistic *of) {
    double down = rune_learning_dot(of->slope, of->step, of->unknowns), share = 1.0;
    for (int32_t halving = 0; halving < RUNE_LOGISTIC_HALVINGS; ++halving, share /= 2.0) {
        for (int32_t k = 0; k < of->unknowns; ++k) of->tried[k] = of->weights[k] + RUNE_PRODUCT(share, of->step[k]);
        rune_logistic_slope(of, of->tried, of->slope);
        if (rune_learning_dot(of->slope, of->step, of->unknowns) <= -down / 2.0) break;
    }
    for (int32_t k = 0; k < of->unknowns; ++k) of->weights[k] = of->tried[k];
}

RUNE_FUNCTION int32_t rune_logistic_solve(const struct rune_logistic *of) {
    double close = RUNE_LOGISTIC_CLOSE * (double)of->rows;
    for (int32_t k = 0; k < of->unknowns; ++k) of->weights[k] = 0.0;
    rune_logistic_slope(of, of->weights, of->slope);
    for (int32_t round = 0; round < RUNE_LOGISTIC_ROUNDS; ++round) {
        double square = rune_learning_dot(of->slope, of->slope, of->unknowns);
        if (square <= RUNE_PRODUCT(close, close)) return 1;
        if (!(square < RUNE_INFINITY)) break;
        rune_logistic_step(of);
        rune_logistic_go(of);
    }
    rune_learning_fails("logistic_regression", ": no weights were found in ", RUNE_LOGISTIC_ROUNDS,
                        " rounds: leave out features that follow from others, or rows that are very far from all others");
    return 0;
}

RUNE_FUNCTION void rune_logistic_regression(const double *features, const double *targets, const double *asked,
                                            double *out, void *scratch, int32_t rows, int32_t columns, int32_t count,
                                            int32_t most) {
    struct rune_logistic of = {.targets = targets, .rows = rows, .features = columns};
    int32_t row = 0;
    if (!rune_learning_takes("logistic_regression", features, targets, asked, rows, columns, count)) return;
    rune_logistic_place(&of, scratch, most);
    of.classes = rune_learning_labels(targets, of.labels, rows, most, &row);
    if (of.classes > most) {
        rune_learning_fails("logistic_regression", ": row ", row, " has one label more than `classes` says");
        return;
    }
    if (of.classes < 2) {
        rune_learning_fails("logistic_regression", ": all ", rows, " rows have the same label: it takes two or more");
        return;
    }
    of.first = of.classes == 2;
    of.unknowns = (of.classes - of.first) * (columns + 1);
    if (!rune_logistic_scale(&of, features) || !rune_logistic_solve(&of)) return;
    /* The row to predict takes the place of the first one. */
    for (int32_t i = 0; i < count; ++i) {
        int32_t best = 0;
        for (int32_t j = 0; j < columns; ++j)
            of.scaled[j] = rune_logistic_scaled(&of, asked[(int64_t)i * columns + j], j);
        rune_logistic_scores(&of, of.weights, of.scaled, of.scores);
        for (int32_t m = 0; m < of.classes; ++m) {
            if (!rune_learning_decides("logistic_regression", of.scores[m], i)) return;
            if (of.scores[m] > of.scores[best]) best = m;
        }
        out[i] = of.labels[best];
    }
}

#endif
