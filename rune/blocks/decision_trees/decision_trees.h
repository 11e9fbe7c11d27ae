/*
 * The block decision_trees: each tree leads from its first node to a leaf, whose values are added to the outputs. The
 * nodes of a tree are in preorder, and the block's Python has checked that every way ends at a leaf.
 */
#ifndef RUNE_BLOCK_DECISION_TREES_H
#define RUNE_BLOCK_DECISION_TREES_H

#include "rune.h"
#include "rune_math.h"

#define RUNE_TREE_LEAF 0xffff /* in place of the number of a feature */

struct rune_tree_node {
    uint16_t feature;
    uint16_t right; /* how many nodes further the side above the threshold begins */
    union {
        float threshold;
        uint32_t values; /* of a leaf: where its values begin */
    } is;
};

struct rune_tree {
    uint32_t start;
    uint16_t output; /* the first that its leaves are added to */
    uint16_t width;  /* and how many */
};

RUNE_FUNCTION void rune_decision_trees(const float *in, float *out, void *scratch, const void *node_table,
                                       const void *tree_table, const void *value_table, const void *base_table,
                                       int32_t trees, int32_t outputs) {
    const struct rune_tree_node *nodes = (const struct rune_tree_node *)node_table;
    const struct rune_tree *tree = (const struct rune_tree *)tree_table;
    const float *values = (const float *)value_table;
    const double *base = (const double *)base_table;
    double *sums = (double *)scratch;
    for (int32_t i = 0; i < outputs; ++i) sums[i] = base[i];
    for (int32_t number = 0; number < trees; ++number, ++tree) {
        const struct rune_tree_node *node = nodes + tree->start;
        while (node->feature != RUNE_TREE_LEAF) /* a NaN is not up to the threshold */
            node += in[node->feature] <= node->is.threshold ? 1 : node->right;
        const float *leaf = values + node->is.values;
        for (int32_t i = 0; i < tree->width; ++i) sums[tree->output + i] += (double)leaf[i];
    }
    for (int32_t i = 0; i < outputs; ++i) out[i] = (float)sums[i];
}

#endif
