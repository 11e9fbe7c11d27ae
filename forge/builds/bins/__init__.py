"""Taking the bins of a rune's counts from a version of the project's data: `rune watch` as a job."""
