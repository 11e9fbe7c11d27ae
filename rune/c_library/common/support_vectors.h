/* The weights w and the offset b of a linear support vector machine: the least of
 *
 *   |w|^2 / 2 + c * sum of what each constraint j misses of  sign_j * (w . row_j + b) >= bound_j
 *
 * A classifier has a constraint for each row, a regression two: row j of the second half is row j - rows of the first.
 *
 * By a primal-dual interior-point method with predictor and corrector (S. Mehrotra, "On the Implementation of a
 * Primal-Dual Interior Point Method", SIAM Journal on Optimization 2 (1992), 575-601), of which each round solves one
 * system as large as a row (M. C. Ferris and T. S. Munson, "Interior-Point Methods for Massive Support Vector Machines",
 * SIAM Journal on Optimization 13 (2002), 783-804). Every sum goes from the first to the last. */
#ifndef RUNE_SUPPORT_VECTORS_H
#define RUNE_SUPPORT_VECTORS_H

#include "learning.h"

#define RUNE_SUPPORT_ROUNDS 100

struct rune_support {
    const char *block;
    int32_t rows, features, constraints;
    double c, tolerance;
    /* Each has a number for a feature. */
    double *means, *weights, *dual_weights;
    /* With one for the offset behind. */
    double *step, *right, *matrix;
    /* The rows, less their means, and divided by the greatest of all. */
    double *scaled;
    /* Each has a number for a constraint: `multiplier` and `room` add up to c; `missed` and `beyond` are on either side. */
    double *sign, *bound, *multiplier, *room, *missed, *beyond;
    double *multiplier_step, *missed_step, *beyond_step;
    double *stiffness, *product, *other_product, *error, *value;
    double offset, size, height;
};

/* How many numbers the scratch has. Kept as in rune/blocks/common/support_vectors.py. */
RUNE_FUNCTION void rune_support_place(struct rune_support *of, void *scratch) {
    int32_t n = of->features + 1, count = of->constraints;
    double *next = (double *)scratch;
    double **of_constraints[] = {&of->sign,   &of->bound,           &of->multiplier,  &of->room,        &of->missed,
                                 &of->beyond, &of->multiplier_step, &of->missed_step, &of->beyond_step, &of->stiffness,
                                 &of->product, &of->other_product,  &of->error,       &of->value};
    double **of_unknowns[] = {&of->means, &of->weights, &of->dual_weights, &of->step, &of->right};
    for (int32_t i = 0; i < 14; ++i, next += count) *of_constraints[i] = next;
    for (int32_t i = 0; i < 5; ++i, next += n) *of_unknowns[i] = next;
    of->matrix = next;
    of->scaled = next + (int64_t)n * n;
}

RUNE_FUNCTION const double *rune_support_row(const struct rune_support *of, int32_t constraint) {
    int32_t row = constraint < of->rows ? constraint : constraint - of->rows;
    return of->scaled + (int64_t)row * of->features;
}

/* Sorts, by a heap. */
RUNE_FUNCTION void rune_support_sort(double *numbers, int32_t count) {
    for (int32_t left = count / 2, end = count; end > 1;) {
        double moved;
        if (left > 0) {
            moved = numbers[--left];
        } else {
            moved = numbers[--end];
            numbers[end] = numbers[0];
        }
        int32_t hole = left;
        while (hole < end - 1 - hole) {
            int32_t child = 2 * hole + 1;
            if (child + 1 < end && numbers[child] < numbers[child + 1]) ++child;
            if (!(moved < numbers[child])) break;
            numbers[hole] = numbers[child];
            hole = child;
        }
        numbers[hole] = moved;
    }
}

/* The best offset of weights with which constraint j has the offset where it is just met in `value`: the middle of all
 * those that miss as little in all. */
RUNE_FUNCTION double rune_support_middle(const struct rune_support *of) {
    int32_t above = 0;
    for (int32_t j = 0; j < of->constraints; ++j) above += of->sign[j] > 0.0;
    rune_support_sort(of->value, of->constraints);
    return (of->value[above - 1] + of->value[above]) / 2.0;
}

/* Puts the rows less their means in `scaled`, as far as 1 from 0. */
RUNE_FUNCTION void rune_support_scale(struct rune_support *of, const double *rows) {
    double size = 0.0;
    int64_t numbers = (int64_t)of->rows * of->features;
    for (int32_t k = 0; k < of->features; ++k) of->means[k] = rune_learning_mean(rows + k, of->rows, of->features);
    for (int64_t i = 0; i < numbers; ++i) {
        double away = rows[i] - of->means[i % of->features], far = away < 0.0 ? -away : away;
        of->scaled[i] = away;
        if (far > size) size = far;
    }
    of->size = size > 0.0 ? size : 1.0;
    for (int64_t i = 0; i < numbers; ++i) of->scaled[i] /= of->size;
}

/* Returns whether weights of zero are optimal, because no constraint is violated. If not, scales the bounds like
 * the rows. */
RUNE_FUNCTION int32_t rune_support_starts(struct rune_support *of) {
    double height = 0.0, missed = 0.0;
    for (int32_t k = 0; k < of->features; ++k) of->weights[k] = 0.0;
    for (int32_t j = 0; j < of->constraints; ++j) of->value[j] = of->sign[j] * of->bound[j];
    of->offset = rune_support_middle(of);
    of->height = 1.0;
    for (int32_t j = 0; j < of->constraints; ++j) {
        double short_of = of->bound[j] - of->sign[j] * of->offset;
        double high = of->bound[j] < 0.0 ? -of->bound[j] : of->bound[j];
        /* Written so that a NaN is missed as well. */
        if (!(short_of <= 0.0)) missed += short_of;
        if (high > height) height = high;
    }
    if (missed == 0.0) return 1;
    of->height = height;
    of->offset /= height;
    of->c = RUNE_PRODUCT(RUNE_PRODUCT(of->c, of->size), of->size) / height;
    for (int32_t j = 0; j < of->constraints; ++j) {
        of->bound[j] /= height;
        of->multiplier[j] = of->room[j] = of->c / 2.0;
        of->missed[j] = of->beyond[j] = 1.0;
    }
    return 0;
}

/* Writes the product of the weights with each row into `error`. */
RUNE_FUNCTION void rune_support_values(const struct rune_support *of) {
    for (int32_t j = 0; j < of->constraints; ++j)
        of->error[j] = rune_learning_dot(rune_support_row(of, j), of->weights, of->features);
}

/* The sums over constraints of the multipliers times the rows: the weights that they stand for, and what should be 0. */
RUNE_FUNCTION double rune_support_dual(const struct rune_support *of) {
    double balance = 0.0;
    for (int32_t k = 0; k < of->features; ++k) of->dual_weights[k] = 0.0;
    for (int32_t j = 0; j < of->constraints; ++j) {
        double signed_one = of->sign[j] * of->multiplier[j];
        const double *row = rune_support_row(of, j);
        for (int32_t k = 0; k < of->features; ++k) of->dual_weights[k] += RUNE_PRODUCT(signed_one, row[k]);
        balance += signed_one;
    }
    return balance;
}

/* Whether the weights, with `offset`, are within the tolerance of the optimum. The square of their distance is at
 * most twice the duality gap. */
RUNE_FUNCTION int32_t rune_support_is_close(const struct rune_support *of, double offset) {
    double missed = 0.0, room = 0.0, beyond = 0.0, apart = 0.0;
    for (int32_t j = 0; j < of->constraints; ++j) {
        double over = of->sign[j] * (of->error[j] + offset) - of->bound[j];
        if (over < 0.0) {
            missed += -over;
            room += RUNE_PRODUCT(of->room[j], -over);
        } else {
            beyond += RUNE_PRODUCT(of->multiplier[j], over);
        }
    }
    for (int32_t k = 0; k < of->features; ++k) {
        double off = of->weights[k] - of->dual_weights[k];
        apart += RUNE_PRODUCT(off, off);
    }
    double length = rune_learning_dot(of->weights, of->weights, of->features) / 2.0;
    double total = length + RUNE_PRODUCT(of->c, missed), gap = apart / 2.0 + room + beyond;
    if (!(total < RUNE_INFINITY)) return 0;
    return gap <= RUNE_PRODUCT(RUNE_PRODUCT(of->tolerance, of->tolerance), length) || gap <= RUNE_PRODUCT(total, 0x1p-33);
}

/* The linear system of a round, as its Cholesky factor. A pivot that is only a rounding error becomes a large one,
 * which keeps its unknown where it is. */
RUNE_FUNCTION void rune_support_factor(const struct rune_support *of) {
    int32_t p = of->features, n = p + 1;
    double *matrix = of->matrix;
    for (int32_t i = 0; i < n * n; ++i) matrix[i] = 0.0;
    for (int32_t j = 0; j < of->constraints; ++j) {
        const double *row = rune_support_row(of, j);
        for (int32_t i = 0; i < n; ++i) {
            double part = (i < p ? row[i] : 1.0) / of->stiffness[j];
            for (int32_t k = 0; k <= i; ++k) matrix[i * n + k] += RUNE_PRODUCT(part, k < p ? row[k] : 1.0);
        }
    }
    for (int32_t i = 0; i < p; ++i) matrix[i * n + i] += 1.0;
    for (int32_t i = 0; i < n; ++i)
        for (int32_t k = 0; k <= i; ++k) {
            double whole = matrix[i * n + k], left = whole;
            for (int32_t m = 0; m < k; ++m) left -= RUNE_PRODUCT(matrix[i * n + m], matrix[k * n + m]);
            if (k < i) matrix[i * n + k] = left / matrix[k * n + k];
            else matrix[i * n + i] = rune_sqrt(left > RUNE_PRODUCT(whole, 0x1p-52) ? left : RUNE_PRODUCT(whole, 0x1p100));
        }
}

/* The step in all unknowns towards products of both pairs that are off by `product` and `other_product`. */
RUNE_FUNCTION void rune_support_step(const struct rune_support *of, double balance) {
    int32_t p = of->features, n = p + 1;
    double *step = of->step;
    for (int32_t k = 0; k < n; ++k) of->right[k] = 0.0;
    for (int32_t j = 0; j < of->constraints; ++j) {
        double wanted = of->product[j] / of->multiplier[j] - of->other_product[j] / of->room[j] - of->error[j];
        double part = of->sign[j] * wanted / of->stiffness[j];
        const double *row = rune_support_row(of, j);
        of->value[j] = wanted;
        for (int32_t k = 0; k < n; ++k) of->right[k] += RUNE_PRODUCT(part, k < p ? row[k] : 1.0);
    }
    for (int32_t i = 0; i < n; ++i) {
        double left = of->right[i] + (i < p ? of->dual_weights[i] - of->weights[i] : balance);
        for (int32_t k = 0; k < i; ++k) left -= RUNE_PRODUCT(of->matrix[i * n + k], step[k]);
        step[i] = left / of->matrix[i * n + i];
    }
    for (int32_t i = n - 1; i >= 0; --i) {
        double left = step[i];
        for (int32_t k = i + 1; k < n; ++k) left -= RUNE_PRODUCT(of->matrix[k * n + i], step[k]);
        step[i] = left / of->matrix[i * n + i];
    }
    for (int32_t j = 0; j < of->constraints; ++j) {
        double along = rune_learning_dot(rune_support_row(of, j), step, p) + step[p];
        double more = (of->value[j] - of->sign[j] * along) / of->stiffness[j];
        of->multiplier_step[j] = more;
        of->missed_step[j] = (of->other_product[j] + RUNE_PRODUCT(of->missed[j], more)) / of->room[j];
        of->beyond_step[j] = (of->product[j] - RUNE_PRODUCT(of->beyond[j], more)) / of->multiplier[j];
    }
}

RUNE_FUNCTION double rune_support_until(double longest, double number, double step) {
    if (!(step < 0.0)) return longest;
    double until = number / -step;
    return until < longest ? until : longest;
}

/* The largest share of the step, at most 1, for which all numbers stay positive. */
RUNE_FUNCTION double rune_support_longest(const struct rune_support *of, double share) {
    double longest = RUNE_INFINITY;
    for (int32_t j = 0; j < of->constraints; ++j) {
        longest = rune_support_until(longest, of->multiplier[j], of->multiplier_step[j]);
        longest = rune_support_until(longest, of->room[j], -of->multiplier_step[j]);
        longest = rune_support_until(longest, of->missed[j], of->missed_step[j]);
        longest = rune_support_until(longest, of->beyond[j], of->beyond_step[j]);
    }
    longest = RUNE_PRODUCT(longest, share);
    return longest < 1.0 ? longest : 1.0;
}

/* The mean of the products after so much of the step. */
RUNE_FUNCTION double rune_support_mean(const struct rune_support *of, double share) {
    double sum = 0.0;
    for (int32_t j = 0; j < of->constraints; ++j) {
        double change = RUNE_PRODUCT(share, of->multiplier_step[j]);
        double beyond = of->beyond[j] + RUNE_PRODUCT(share, of->beyond_step[j]);
        double missed = of->missed[j] + RUNE_PRODUCT(share, of->missed_step[j]);
        sum += RUNE_PRODUCT(of->multiplier[j] + change, beyond);
        sum += RUNE_PRODUCT(of->room[j] - change, missed);
    }
    return sum / (2.0 * (double)of->constraints);
}

/* Products that are to be `aim`, less `corrected` times what a step would add to them. */
RUNE_FUNCTION void rune_support_aim(const struct rune_support *of, double aim, double corrected) {
    for (int32_t j = 0; j < of->constraints; ++j) {
        double change = corrected * of->multiplier_step[j];
        double product = aim - RUNE_PRODUCT(of->multiplier[j], of->beyond[j]);
        double other = aim - RUNE_PRODUCT(of->room[j], of->missed[j]);
        of->product[j] = product - RUNE_PRODUCT(change, of->beyond_step[j]);
        of->other_product[j] = other + RUNE_PRODUCT(change, of->missed_step[j]);
    }
}

RUNE_FUNCTION void rune_support_round(struct rune_support *of, double balance) {
    double mean, longest;
    for (int32_t j = 0; j < of->constraints; ++j) {
        of->multiplier_step[j] = of->missed_step[j] = of->beyond_step[j] = 0.0;
        of->error[j] = of->sign[j] * (of->error[j] + of->offset) - of->bound[j] + of->missed[j] - of->beyond[j];
        of->stiffness[j] = of->missed[j] / of->room[j] + of->beyond[j] / of->multiplier[j];
    }
    mean = rune_support_mean(of, 0.0);
    rune_support_factor(of);
    rune_support_aim(of, 0.0, 0.0);
    rune_support_step(of, balance);
    double ratio = rune_support_mean(of, rune_support_longest(of, 1.0)) / mean;
    rune_support_aim(of, RUNE_PRODUCT(RUNE_PRODUCT(RUNE_PRODUCT(ratio, ratio), ratio), mean), 1.0);
    rune_support_step(of, balance);
    longest = rune_support_longest(of, 0.995);
    /* If the corrected step improves too little, a step towards the central path instead. */
    if (!(rune_support_mean(of, longest) <= RUNE_PRODUCT(0.7, mean))) {
        rune_support_aim(of, mean / 2.0, 0.0);
        rune_support_step(of, balance);
        longest = rune_support_longest(of, 0.995);
    }
    for (int32_t k = 0; k < of->features; ++k) of->weights[k] += RUNE_PRODUCT(longest, of->step[k]);
    of->offset += RUNE_PRODUCT(longest, of->step[of->features]);
    for (int32_t j = 0; j < of->constraints; ++j) {
        double change = RUNE_PRODUCT(longest, of->multiplier_step[j]);
        of->multiplier[j] += change;
        of->room[j] -= change;
        of->missed[j] += RUNE_PRODUCT(longest, of->missed_step[j]);
        of->beyond[j] += RUNE_PRODUCT(longest, of->beyond_step[j]);
    }
}

/* Finds `weights` and `offset` for rows less `means`. Returns whether the method converged. */
RUNE_FUNCTION int32_t rune_support_solve(struct rune_support *of, const double *rows) {
    rune_support_scale(of, rows);
    if (rune_support_starts(of)) return 1;
    for (int32_t round = 0; round < RUNE_SUPPORT_ROUNDS; ++round) {
        rune_support_values(of);
        for (int32_t j = 0; j < of->constraints; ++j) of->value[j] = of->sign[j] * of->bound[j] - of->error[j];
        double offset = rune_support_middle(of), balance = rune_support_dual(of);
        if (rune_support_is_close(of, offset)) {
            for (int32_t k = 0; k < of->features; ++k)
                of->weights[k] = RUNE_PRODUCT(of->weights[k], of->height) / of->size;
            of->offset = RUNE_PRODUCT(offset, of->height);
            return 1;
        }
        rune_support_round(of, balance);
    }
    rune_learning_fails(of->block, ": no weights were found in ", RUNE_SUPPORT_ROUNDS,
                        " rounds: scale the features to the same size, or take a smaller `c`");
    return 0;
}

/* The value of a row. */
RUNE_FUNCTION double rune_support_value(const struct rune_support *of, const double *row) {
    double sum = 0.0;
    for (int32_t k = 0; k < of->features; ++k) sum += RUNE_PRODUCT(row[k] - of->means[k], of->weights[k]);
    return sum + of->offset;
}

#endif
