"""Mocks, faults and a clock for single executions of LocalStack's Step Functions."""
