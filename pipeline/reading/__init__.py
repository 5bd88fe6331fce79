"""PDF bytes to pages: words, rules, fills and images with their boxes."""
