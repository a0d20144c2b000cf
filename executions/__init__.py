"""Understanding a Step Functions execution, of any state machine.

``definition`` reads the states language, ``graph`` makes it nodes and edges, ``diagram`` draws that as Mermaid text,
``report`` tells an execution in plain text. All but ``report`` are pure functions on plain data.
"""
