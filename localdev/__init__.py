"""One machine's cloud: engines, deployments and orders, behind the scripts."""
