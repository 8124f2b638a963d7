"""What plays a row: vendors, bucket and gates that can break, the console script, and the count of what was paid."""
