/* The block elastic_net, as it was published: half of the targets' spread weighs as much as both penalties, and the mean
 * of the targets pulls at the weights. The arithmetic is in coordinate_descent.h. */
#ifndef RUNE_BLOCK_ELASTIC_NET_H
#define RUNE_BLOCK_ELASTIC_NET_H

#include "coordinate_descent.h"

RUNE_FUNCTION void rune_elastic_net(const double *features, const double *targets, const double *asked, double *out,
                                    void *scratch, int32_t rows, int32_t columns, int32_t count) {
    if (!rune_learning_takes("elastic_net", features, targets, asked, rows, columns, count)) return;
    double square = (double)rows / 2.0, sum = 0.0;
    for (int32_t i = 0; i < rows; ++i) sum += targets[i];
    /* The published one put a row below for each feature, which carries a penalty, and took the mean over those too. */
    double pull = RUNE_PRODUCT(rune_sqrt(square), sum / (double)((int64_t)rows + columns));
    struct rune_descent of = {"elastic_net", features, targets, rows, columns, square, square / 2.0, pull};
    struct rune_descent_work work = rune_descent_place(scratch, rows, columns);
    double offset;
    if (rune_descent_solve(&of, &work, &offset)) rune_descent_predict(&of, &work, offset, asked, out, count);
}

#endif
