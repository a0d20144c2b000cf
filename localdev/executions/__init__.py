"""Understanding a Step Functions execution, of any state machine.

``definition`` reads the states language and ``events`` what an engine wrote; ``replay`` makes of events a ``history``,
what each state did; ``graph`` puts definition and history together, ``diagram`` draws that as Mermaid text, ``report``
tells it in plain text. All of these are pure functions on plain data. ``client`` reads from an endpoint what they need.
"""
