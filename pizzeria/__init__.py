"""The pizzeria: a client of the order API, and the commands that are about orders."""
