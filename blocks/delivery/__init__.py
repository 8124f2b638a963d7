"""From a vendor's answer to a stored picture: fetched, marked, paid for once, measured, stored."""
