"""Locks: one at a time, over all machines and over the processes of this one."""
