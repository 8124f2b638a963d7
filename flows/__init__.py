"""What runs: one noun a file."""
