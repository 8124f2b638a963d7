"""Old image addresses: sources, what is known of each, and how their pictures are moved into the bucket."""
