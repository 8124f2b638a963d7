"""Network access: deadlines, allowed addresses, proxies, downloads, retries."""
