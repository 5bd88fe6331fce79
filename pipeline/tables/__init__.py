"""Blocks to tables: rows, columns, header levels, joined labels."""
