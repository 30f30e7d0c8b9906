"""Requests that no client should send, over REST and gRPC, while another client goes on."""
