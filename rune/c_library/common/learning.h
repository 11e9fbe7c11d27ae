/* Shared by the blocks that learn from rows of features: the check that all numbers are finite, means
 * and spreads of features, and sums of products. Every sum goes from the first to the last. */
#ifndef RUNE_LEARNING_H
#define RUNE_LEARNING_H

#include "rune.h"
#include "rune_math.h"

RUNE_FUNCTION void rune_learning_fails(const char *block, const char *before, int32_t place, const char *behind) {
    struct rune_message message = {.size = 0};
    rune_message_text(&message, block);
    rune_message_text(&message, before);
    rune_message_number(&message, place);
    rune_message_text(&message, behind);
    rune_fail(&message);
}

RUNE_FUNCTION int32_t rune_learning_is_finite(double number) { return number - number == 0.0; }

/* Whether all features of some rows are numbers; where one is not, the run has failed. */
RUNE_FUNCTION int32_t rune_learning_takes_rows(const char *block, const char *which, const double *rows, int32_t count,
                                               int32_t features) {
    for (int32_t i = 0; i < count; ++i)
        for (int32_t j = 0; j < features; ++j) {
            if (rune_learning_is_finite(rows[(int64_t)i * features + j])) continue;
            struct rune_message message = {.size = 0};
            rune_message_text(&message, block);
            rune_message_text(&message, ": feature ");
            rune_message_number(&message, j);
            rune_message_text(&message, " of row ");
            rune_message_number(&message, i);
            rune_message_text(&message, which);
            rune_fail(&message);
            return 0;
        }
    return 1;
}

/* The same of all that a block is given. */
RUNE_FUNCTION int32_t rune_learning_takes(const char *block, const double *rows, const double *targets,
                                          const double *asked, int32_t count, int32_t features, int32_t asked_count) {
    if (!rune_learning_takes_rows(block, " to learn from is not a finite number", rows, count, features)) return 0;
    for (int32_t i = 0; i < count; ++i)
        if (!rune_learning_is_finite(targets[i])) {
            rune_learning_fails(block, ": the target of row ", i, " is not a finite number");
            return 0;
        }
    return rune_learning_takes_rows(block, " to predict is not a finite number", asked, asked_count, features);
}

/* Checks that the score that decides the class of a row is a number; if not, the run fails. */
RUNE_FUNCTION int32_t rune_learning_decides(const char *block, double value, int32_t row) {
    if (value == value) return 1;
    rune_learning_fails(block, ": row ", row, " to predict is too far from the others to be computed");
    return 0;
}

RUNE_FUNCTION double rune_learning_dot(const double *one, const double *other, int32_t count) {
    double sum = 0.0;
    for (int32_t i = 0; i < count; ++i) sum += RUNE_PRODUCT(one[i], other[i]);
    return sum;
}

/* The mean of numbers that stand a step apart. */
RUNE_FUNCTION double rune_learning_mean(const double *numbers, int32_t count, int32_t step) {
    double sum = 0.0;
    for (int32_t i = 0; i < count; ++i) sum += numbers[(int64_t)i * step];
    return sum / (double)count;
}

/* Whether a feature is the same in all rows. */
RUNE_FUNCTION int32_t rune_learning_is_constant(const double *numbers, int32_t count, int32_t step) {
    for (int32_t i = 1; i < count; ++i)
        if (numbers[(int64_t)i * step] != numbers[0]) return 0;
    return 1;
}

/* The standard deviation of numbers that stand a step apart: of these rows, not an estimate for others. */
RUNE_FUNCTION double rune_learning_spread(const double *numbers, double mean, int32_t count, int32_t step) {
    double sum = 0.0;
    for (int32_t i = 0; i < count; ++i) {
        double away = numbers[(int64_t)i * step] - mean;
        sum += RUNE_PRODUCT(away, away);
    }
    return rune_sqrt(sum / (double)count);
}

/* The number of places in `labels` up to `most`, sorted, that the targets have; `most + 1` where there are more, and the
 * row of the first that is too much in `row`. */
RUNE_FUNCTION int32_t rune_learning_labels(const double *targets, double *labels, int32_t count, int32_t most,
                                           int32_t *row) {
    int32_t found = 0;
    for (int32_t i = 0; i < count; ++i) {
        int32_t place = 0;
        while (place < found && labels[place] < targets[i]) ++place;
        if (place < found && labels[place] == targets[i]) continue;
        if (found == most) {
            *row = i;
            return most + 1;
        }
        for (int32_t k = found; k > place; --k) labels[k] = labels[k - 1];
        labels[place] = targets[i];
        ++found;
    }
    return found;
}

#endif
