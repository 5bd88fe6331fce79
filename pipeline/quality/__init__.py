"""What people look at: the quality report, a page with its layers."""
