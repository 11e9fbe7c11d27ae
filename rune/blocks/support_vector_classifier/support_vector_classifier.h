/* The block support_vector_classifier: the widest margin between rows of two labels. The arithmetic is in
 * support_vectors.h. */
#ifndef RUNE_BLOCK_SUPPORT_VECTOR_CLASSIFIER_H
#define RUNE_BLOCK_SUPPORT_VECTOR_CLASSIFIER_H

#include "support_vectors.h"

RUNE_FUNCTION void rune_support_vector_classifier(const double *features, const double *targets, const double *asked,
                                                  double *out, void *scratch, int32_t rows, int32_t columns,
                                                  int32_t count, double c, double tolerance) {
    struct rune_support of = {.block = "support_vector_classifier", .rows = rows, .features = columns,
                              .constraints = rows, .c = c, .tolerance = tolerance};
    double labels[2];
    int32_t row = 0;
    if (!rune_learning_takes(of.block, features, targets, asked, rows, columns, count)) return;
    int32_t classes = rune_learning_labels(targets, labels, rows, 2, &row);
    if (classes != 2) {
        if (classes > 2) rune_learning_fails(of.block, ": row ", row, " has a third label: it tells two apart");
        else rune_learning_fails(of.block, ": all ", rows, " rows have the same label: it tells two apart");
        return;
    }
    rune_support_place(&of, scratch);
    for (int32_t j = 0; j < rows; ++j) {
        of.sign[j] = targets[j] == labels[1] ? 1.0 : -1.0;
        of.bound[j] = 1.0;
    }
    if (!rune_support_solve(&of, features)) return;
    for (int32_t i = 0; i < count; ++i) {
        double value = rune_support_value(&of, asked + (int64_t)i * columns);
        if (!rune_learning_decides(of.block, value, i)) return;
        out[i] = labels[value > 0.0];
    }
}

#endif
