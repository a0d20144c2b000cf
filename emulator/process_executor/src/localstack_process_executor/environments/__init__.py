"""LocalStack's side of execution environments: start, runtime API, output, log, end."""
