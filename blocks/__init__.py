"""What is configured and secret, and knows how to call: storage, vendors, settings."""
