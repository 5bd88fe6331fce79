"""yanbao: Chinese broker research reports to clean, checked, published data."""
