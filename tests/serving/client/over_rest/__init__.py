"""Tests of serving/client/over_rest/."""
