/* The block metric: how good predictions of the classes 0 and 1 are. Sums go from the first to the last. */
#ifndef RUNE_BLOCK_METRIC_H
#define RUNE_BLOCK_METRIC_H

#include "rune.h"
#include "rune_math.h"

RUNE_FUNCTION RUNE_NORETURN void rune_metric_fails(int32_t index) {
    struct rune_message message = {.size = 0};
    rune_message_text(&message, "metric: the truth is neither 0 nor 1 at element ");
    rune_message_number(&message, index);
    rune_fail(&message);
}

/* How often a 1 is predicted higher than a 0, of all such pairs; a pair of equals counts half. */
RUNE_FUNCTION double rune_metric_area(const double *truth, const double *predicted, int32_t count) {
    int64_t above = 0, pairs = 0;
    for (int32_t i = 0; i < count; ++i) {
        if (truth[i] != 1.0) continue;
        for (int32_t j = 0; j < count; ++j) {
            if (truth[j] != 0.0) continue;
            pairs += 2;
            above += predicted[i] > predicted[j] ? 2 : predicted[i] == predicted[j];
        }
    }
    return rune_one_nan((double)above / (double)pairs);
}

RUNE_FUNCTION void rune_metric(const double *truth, const double *predicted, double *f1, double *precision,
                               double *recall, double *area, double *absolute, double *square, double *explained,
                               int32_t count) {
    double sum = 0.0, errors = 0.0, squares = 0.0, spread = 0.0;
    int32_t right = 0, said = 0, there = 0;
    for (int32_t i = 0; i < count; ++i) {
        double apart = truth[i] - predicted[i];
        if (!(truth[i] == 0.0 || truth[i] == 1.0)) {
            rune_metric_fails(i);
            return;
        }
        right += truth[i] == 1.0 && predicted[i] == 1.0;
        said += predicted[i] == 1.0;
        there += truth[i] == 1.0;
        sum += truth[i];
        errors += apart < 0.0 ? -apart : apart;
        squares += RUNE_PRODUCT(apart, apart);
    }
    double mean = sum / (double)count;
    for (int32_t i = 0; i < count; ++i) {
        double apart = truth[i] - mean;
        spread += RUNE_PRODUCT(apart, apart);
    }
    precision[0] = said > 0 ? (double)right / (double)said : 0.0;
    recall[0] = there > 0 ? (double)right / (double)there : 0.0;
    f1[0] = said + there > 0 ? 2.0 * (double)right / (double)(said + there) : 0.0;
    area[0] = rune_metric_area(truth, predicted, count);
    absolute[0] = rune_one_nan(errors / (double)count);
    square[0] = rune_one_nan(squares / (double)count);
    explained[0] = rune_one_nan(1.0 - squares / spread);
}

#endif
