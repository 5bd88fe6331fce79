"""Pages to blocks: captions, source notes, regions that can hold a table."""
