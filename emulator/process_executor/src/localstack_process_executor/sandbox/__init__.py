"""Code that runs outside LocalStack's interpreter: the fork server and the function's own process.

Only the standard library, on any Python that AWS has a runtime for. The fork server sees this folder, and no other.
"""
