"""What vendors answer: errors, pictures and their addresses, lists of orders."""
