"""Tests of serving/client/over_grpc/."""
