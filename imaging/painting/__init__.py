"""The offline painter: its palette and styles."""
