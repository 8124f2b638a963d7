"""Records of orders and results, kept beside the pictures: ledger, manifests, claims, spending, backlog indexes."""
