"""What gRPC needs besides its services: tensors and answers as messages, ports with credentials.

Imports handlers.py, and never a server.
"""
