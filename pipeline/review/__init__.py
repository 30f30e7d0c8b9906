"""The server of `fcn review`: shows the doubts on this machine, and writes the decisions.

Imports the list and the page of components.doubt, and the corrections of components.
"""
