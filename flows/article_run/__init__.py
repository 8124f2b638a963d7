"""The steps of an article's run: plan, make, fall back, offer again, finish."""
