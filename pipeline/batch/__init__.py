"""Many reports at once: runs, workers, outcomes."""
