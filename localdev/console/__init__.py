"""The local console: state machines, their executions and what each state did, in a browser.

Server-rendered pages that htmx keeps current; the graph is a custom element laid out by dagre. Knows neither an engine
nor what the executions are about: whoever starts it says where to read, and what can be started.
"""
