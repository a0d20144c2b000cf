"""``pytest --sfn-cov``: what the tests have reached of each state machine."""
