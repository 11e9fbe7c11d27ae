"""The files of estimators of scikit-learn, which `tests/lab/models/make_sklearn.py` writes, and what these answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parents[2] / "lab" / "models" / "sklearn"
ANSWERS = np.load(FOLDER / "answers.npz")
