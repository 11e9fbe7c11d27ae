"""Give the share of predictions that are right. A NaN equals nothing."""


def accuracy(truth: f64["n"], predicted: f64["n"]) -> f64[1]:
    y = f64[1]()
    for i in range(len(truth)):
        if truth[i] == predicted[i]:
            y[0] += 1.0
    y[0] = y[0] / len(truth)
    return y
