"""What stands around state machines: API requests, functions, queues and rules, and the traces that join them.

``record`` reads what an emulator of ours keeps of requests, invocations, calls and deliveries. ``stack`` reads
functions, queues and rules through AWS's own APIs. ``traces`` joins both with executions. ``pages`` are the routes.
"""
