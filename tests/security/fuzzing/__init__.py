"""Any bytes at all, to everything that reads what others wrote: it ends well, or with one of our own errors."""
