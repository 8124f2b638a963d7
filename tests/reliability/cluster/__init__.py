"""Many machines: PostgreSQL, a server, worker machines that can be killed, and the count of what they made."""
