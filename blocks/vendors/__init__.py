"""The vendors that make pictures and words: how each is called, what its answers mean, when it may be asked."""
