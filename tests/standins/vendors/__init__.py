"""The vendors, each by the wire protocol that its own documentation describes."""
