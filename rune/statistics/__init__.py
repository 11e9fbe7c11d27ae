"""Statistics, each written once: intervals, tests by device, sequential bounds, error budgets. Pure."""
