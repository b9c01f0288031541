"""The network: passages and a question → spans; calibration, and passages ordered anew."""
