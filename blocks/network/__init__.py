"""What every connection keeps to: deadlines, allowed addresses, proxies, back-off."""
