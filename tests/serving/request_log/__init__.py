"""Tests of serving/request_log/."""
