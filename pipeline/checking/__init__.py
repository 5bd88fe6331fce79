"""Facts to checks: printed-precision intervals, rules, verdicts."""
