"""JSONata in Python: jsonata-python's parser, date and number formats, and an evaluator that answers as jsonata-js.

jsonata-python is a port of a Java port of jsonata-js. Both ports represent ``undefined`` and ``null`` by one value in
places, treat whole numbers as integers, and raise errors of the host language where jsonata-js has codes. The evaluator
here keeps the two values apart, computes with doubles, raises ``JSONataError`` with jsonata-js's code and wording, and
stops at bounds of time, depth and memory.
"""
