"""The CDK app's constructs."""
