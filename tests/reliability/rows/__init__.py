"""The fault table: each row a fault, the kinds of picture that it meets, and the message that must come."""
