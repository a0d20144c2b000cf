"""A record of what the emulator was asked for: API requests, invocations, functions' calls, deliveries of rules.

AWS's own APIs do not tell what an API was sent, what a function was invoked with, or what a rule matched. The console
shows it from here. The record is bounded, in memory, and ends with the emulator. ``TRACE_RECORD=0`` keeps none.
"""
