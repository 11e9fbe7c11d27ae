"""Estimators of scikit-learn as arguments and files of blocks of the catalogue."""
