"""A forest of scikit-learn as C by emlearn: run by the Python of an environment that has both.

    python emlearn_trees.py FEATURES.npz TREES.h

It writes the C and prints a line of JSON: how many of the test windows emlearn recognises, and the seconds of training.
"""

from __future__ import annotations

import json
import sys
import time

import emlearn  # type: ignore[import-not-found]
import numpy as np
from sklearn.ensemble import RandomForestClassifier


def main() -> None:
    with np.load(sys.argv[1]) as arrays:
        inputs, labels, splits = arrays["inputs"], arrays["labels"], arrays["splits"]
    begin = time.perf_counter()
    forest = RandomForestClassifier(30, max_depth=10, min_samples_leaf=2, random_state=1, n_jobs=1)
    forest.fit(inputs[splits == 0], labels[splits == 0])
    converted_forest = emlearn.convert(forest, method="inline", dtype="float")
    seconds = time.perf_counter() - begin
    right = converted_forest.predict(inputs[splits == 2]) == labels[splits == 2]
    converted_forest.save(file=sys.argv[2], name="trees")
    print(json.dumps({"right": int(right.sum()), "seconds": seconds}))


if __name__ == "__main__":
    main()
