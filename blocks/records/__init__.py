"""What was paid for and made, kept beside the pictures: results, orders, manifests, spending, backlogs."""
