"""Logs, traces, metrics, and what took how long."""
