"""Logs, traces, metrics, timings and terminal output."""
