"""Say how well a class is found: F1, precision and recall. Each is 0 where there is nothing to divide by."""


def precision_recall(truth: i32["n"], predicted: i32["n"], *, positive: int = 1) -> tuple[f64[1], f64[1], f64[1]]:
    f1 = f64[1]()
    precision = f64[1]()
    recall = f64[1]()
    counts = u32[3]()
    n = len(truth)
    for i in range(n):
        if predicted[i] == positive:
            counts[0] = min(counts[0] + 1, n)
        if truth[i] == positive:
            counts[1] = min(counts[1] + 1, n)
            if predicted[i] == positive:
                counts[2] = min(counts[2] + 1, n)
    precision[0] = counts[2] / max(counts[0], 1)
    recall[0] = counts[2] / max(counts[1], 1)
    f1[0] = 2 * counts[2] / max(counts[0] + counts[1], 1)
    return f1, precision, recall
