"""The declared datasets, their store and their releases."""
