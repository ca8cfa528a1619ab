"""The published studies as plans, and the network that the demo trains."""
