"""The offline painter, its colours and its styles."""
