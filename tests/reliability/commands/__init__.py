"""The commands that are broken and killed: what is there before one, how it is called, what must hold in the end."""
