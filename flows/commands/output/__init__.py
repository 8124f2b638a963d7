"""What the command line shows: progress, reports, pages on this machine."""
